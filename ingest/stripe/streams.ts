import type {
  ReadContext,
  Reconciliation,
  SourcePage,
  StreamDefinition,
  StreamTable,
  Window,
  WindowReading,
} from '../extract/stream.ts';
import { balanceTransactions, customers, payouts, payoutTransactions } from './account-tables.ts';
import { eventPages } from './event-pages.ts';
import { createdWithin, listPages } from './list-pages.ts';
import type { FindOpenObjects, OpenObjects } from './open-objects.ts';
import { charges, disputes, paymentIntents, refunds } from './payment-tables.ts';
import { payoutPages } from './payout-check.ts';
import type { PayoutCheck } from './payout-check.ts';
import { nestedRecords, pageOf, readObjects, recordOf } from './records.ts';
import type { NestedList } from './records.ts';
import type { StripeApi } from './stripe-api.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What the streams are read with. */
export interface StreamParts {
  readonly api: StripeApi;
  readonly openObjects: FindOpenObjects;
  readonly onPayouts: (check: PayoutCheck) => void;
  /** Of lists; 30 days unless given. */
  readonly windowMs?: number | undefined;
}

/** A list of objects that only know when they were created. */
interface ListStream {
  readonly table: StreamTable;
  readonly nested?: NestedList;
  /** States after which nothing more happens; objects in others are read again every night. */
  readonly terminal?: readonly string[];
  /** For so long after creation. */
  readonly openForDays?: number;
}

const refundsOfCharge: NestedList = {
  field: 'refunds',
  table: refunds.table,
  path: '/v1/refunds',
  query: (charge) => ['charge', charge],
};

const lists: readonly ListStream[] = [
  { table: charges, nested: refundsOfCharge, terminal: ['succeeded', 'failed'], openForDays: 60 },
  { table: paymentIntents, terminal: ['succeeded', 'canceled'], openForDays: 60 },
  { table: refunds, terminal: ['succeeded', 'failed', 'canceled'], openForDays: 180 },
  { table: disputes, terminal: ['won', 'lost', 'warning_closed', 'prevented'], openForDays: 540 },
  { table: customers },
];

/**
 * `created` is all that lists can be filtered by: they bring what is new, events bring what changed, and the overlap
 * brings what a slow clock dated back.
 */
function createdReading({ windowMs = 30 * day }: StreamParts): Omit<WindowReading, 'pages'> {
  return { kind: 'window', windowMs, overlapMs: hour, lagMs: minute };
}

/** All streams of Stripe, events first: they note changes from the moment on from which the lists are read. */
export function stripeStreams(parts: StreamParts): readonly StreamDefinition[] {
  const listed = lists.map((each) => listStream(parts, each));
  const settlement = [balanceStream(parts), payoutStream(parts)];
  const all = [...listed, ...settlement];
  return [
    eventStream(
      parts,
      all.map(({ stream }) => stream),
    ),
    ...all,
  ];
}

function eventStream({ api }: StreamParts, lists: readonly string[]): StreamDefinition {
  return {
    stream: 'events',
    tables: [charges, paymentIntents, refunds, disputes, payouts, customers],
    reading: {
      kind: 'window',
      windowMs: 6 * hour,
      overlapMs: 10 * minute,
      lagMs: minute,
      // Stripe keeps events for 30 days; the two days between are for the reading itself.
      forgetsAfterMs: 28 * day,
      alarmAfterMs: 20 * day,
      closesGapWith: lists,
      beginsWithRun: true,
      pages: (window, context) => eventPages(api, window, context),
    },
  };
}

function listStream(parts: StreamParts, list: ListStream): StreamDefinition {
  const { table } = list.table;
  const tables = list.nested === undefined ? [list.table] : [list.table, refunds];
  const again = reread(parts, list);
  return {
    stream: table,
    tables,
    reading: { ...createdReading(parts), pages: listReading(parts, table, list.nested) },
    ...(again === undefined ? {} : { reconcile: again }),
  };
}

function balanceStream(parts: StreamParts): StreamDefinition {
  const { table } = balanceTransactions;
  return {
    stream: table,
    tables: [balanceTransactions],
    reading: { ...createdReading(parts), pages: listReading(parts, table) },
    reconcile: {
      kind: 'pages',
      lookbackMs: 14 * day,
      // Pending ones become available within days, and say so nowhere else; those of a longer outage are looked up.
      pages: async function* (window, context) {
        yield* listReading(parts, table)(window, context);
        const createdFrom = window.toMs / 1000 - 90 * 86_400;
        yield* openPages(parts, { table, terminal: ['available'], createdFrom }, context);
      },
    },
  };
}

function payoutStream(parts: StreamParts): StreamDefinition {
  const { table } = payouts;
  return {
    stream: table,
    tables: [payouts, balanceTransactions, payoutTransactions],
    // A payout of the last hours is rarely settled: what it paid out is read by night, that of history at once.
    reading: {
      ...createdReading(parts),
      pages: (window: Window, context: ReadContext) => payoutPages(parts.api, window, context),
    },
    reconcile: {
      kind: 'pages',
      lookbackMs: 14 * day,
      pages: (window, context) => payoutPages(parts.api, window, context, parts.onPayouts),
    },
  };
}

function listReading({ api }: StreamParts, table: string, nested?: NestedList): WindowReading['pages'] {
  return async function* (window, context) {
    const { signal } = context;
    for await (const { items, reply } of listPages(api, `/v1/${table}`, createdWithin(window), signal)) {
      const records = items.map((each) => recordOf(table, each, reply.sentAtMicros));
      const replies: Array<Parameters<typeof pageOf>[1][number]> = [reply];
      for (const item of nested === undefined ? [] : items) {
        const inner = await nestedRecords(api, item, nested as NestedList, reply.sentAtMicros, signal);
        records.push(...inner.records);
        replies.push(...inner.replies);
      }
      yield pageOf(records, replies);
    }
  };
}

/** Objects whose story is not over, asked for one by one: a change that no event told of is found within a day. */
function reread(
  parts: StreamParts,
  { table, terminal, openForDays }: ListStream,
): Reconciliation | undefined {
  if (terminal === undefined || openForDays === undefined) return undefined;
  return {
    kind: 'pages',
    lookbackMs: openForDays * day,
    pages: ({ fromMs }, context) =>
      openPages(parts, { table: table.table, terminal, createdFrom: fromMs / 1000 }, context),
  };
}

/** Objects that are not done with as far as anybody knows, as they are now. */
async function* openPages(
  parts: StreamParts,
  open: OpenObjects,
  context: ReadContext,
): AsyncGenerator<SourcePage> {
  const place = { table: open.table, path: `/v1/${open.table}` };
  const ids = await parts.openObjects(open);
  for (let from = 0; from < ids.length; from += idsPerPage) {
    const wanted = ids.slice(from, from + idsPerPage).map((id) => ({ ...place, id }));
    const { records, replies } = await readObjects(parts.api, wanted, context);
    if (replies.length > 0) yield pageOf(records, replies);
  }
}

const idsPerPage = 100;
