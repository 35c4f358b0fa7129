import type { Clock } from '../../lib/clock.ts';
import type { HttpClient } from '../extract/http-client.ts';
import type { ReadContext, ReadWindow, SourcePage, StreamDefinition, Window } from '../extract/stream.ts';
import { createAccessCheck } from './access.ts';
import { isBulkUnusable } from './bulk.ts';
import { bulkObjects } from './bulk-pages.ts';
import { createShopifyClient } from './client.ts';
import type { PageSizes, ShopifyClient } from './client.ts';
import { readDeletions } from './deletions.ts';
import { objectKinds } from './kinds.ts';
import type { KnownObjects } from './known.ts';
import { pageObjects } from './paging.ts';
import { reconcileIds } from './reconcile.ts';
import { changedWithin } from './search.ts';
import { shopifyTables } from './tables.ts';

export interface ShopifyStreamsOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly known: KnownObjects;
  readonly pageSizes?: PageSizes;
  /** The longest window of one batch. */
  readonly windowMs?: number;
  /** Windows at least this long are read by bulk operations. */
  readonly bulkFromMs?: number;
  readonly bulkPollMs?: number;
  readonly bulkDeadlineMs?: number;
  readonly maxDeletedShare?: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const defaults = {
  windowMs: 30 * dayMs,
  bulkFromMs: 2 * dayMs,
  bulkPollMs: 5_000,
  bulkDeadlineMs: 4 * hourMs,
  maxDeletedShare: 0.05,
};

/** Indexes of the search run behind; a change shows up in it within seconds, two minutes are plenty. */
const lagMs = 2 * minuteMs;
const overlapMs = 10 * minuteMs;

/** The streams of a Shopify shop. Building them sends nothing. */
export function shopifyStreams(options: ShopifyStreamsOptions): readonly StreamDefinition[] {
  const settings = { ...defaults, ...options };
  const { clock, known, maxDeletedShare, windowMs } = settings;
  const client = createShopifyClient(settings.http, settings.pageSizes);
  const checkAccess = createAccessCheck(client, known, clock);
  const bulk = oneAtATime();
  const window = { kind: 'window', lagMs, overlapMs } as const;
  const objects = (kind: keyof typeof objectKinds): StreamDefinition => ({
    stream: kind,
    tables: shopifyTables[kind],
    reading: {
      ...window,
      windowMs,
      pages: checked(checkAccess, (span, context) =>
        readObjects(client, kind, settings, bulk, span, context),
      ),
    },
    // What changes below an object does not always change the object's own time: transactions and refunds of orders.
    reconcile: { kind: 'window', lookbackMs: 3 * dayMs },
  });
  return [
    objects('orders'),
    objects('products'),
    objects('customers'),
    {
      stream: 'deletions',
      tables: shopifyTables.deletions,
      reading: {
        ...window,
        windowMs,
        forgetsAfterMs: 364 * dayMs,
        pages: checked(checkAccess, (span, context) => readDeletions(client, span, context)),
      },
      reconcile: {
        kind: 'pages',
        lookbackMs: 7 * dayMs,
        pages: checked(checkAccess, (_, context) =>
          reconcileIds({ client, known, maxDeletedShare }, context),
        ),
      },
    },
  ];
}

type Settings = typeof defaults & { readonly clock: Clock };

/** A long window by a bulk operation, a short one page by page, and so a long one where bulk operations fail. */
async function* readObjects(
  client: ShopifyClient,
  kind: keyof typeof objectKinds,
  { clock, bulkFromMs, bulkPollMs, bulkDeadlineMs }: Settings,
  bulk: Turns,
  span: Window,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const search = changedWithin(span);
  if (span.toMs - span.fromMs >= bulkFromMs) {
    const release = await bulk();
    try {
      const options = { clock, pollMs: bulkPollMs, deadlineMs: bulkDeadlineMs };
      return yield* bulkObjects(client, kind, search, options, context);
    } catch (error) {
      if (!isBulkUnusable(error)) throw error;
      // Objects that were handed on before are handed on again: the same versions, of which one is kept.
      context.warn('SHOPIFY_BULK_UNUSABLE', `${kind} are read page by page: ${error.message}`);
    } finally {
      release();
    }
  }
  yield* pageObjects(client, objectKinds[kind], search, context);
}

/** Rights are looked at before anything that a missing one would make empty. */
function checked(check: (context: ReadContext) => Promise<void>, pages: ReadWindow): ReadWindow {
  return async function* (span, context) {
    await check(context);
    yield* pages(span, context);
  };
}

/** Waits for its turn; resolves to what ends it. */
type Turns = () => Promise<() => void>;

/** Shopify runs one bulk query of an app at a time (newer versions: five); windows side by side take turns. */
function oneAtATime(): Turns {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    let release = (): void => {};
    last = new Promise((resolve) => (release = resolve));
    await before;
    return release;
  };
}
