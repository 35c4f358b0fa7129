import type { Clock } from '../../lib/clock.ts';
import type { JsonObject } from '../extract/json.ts';
import type { ReadContext } from '../extract/stream.ts';
import type { ShopifyClient } from './client.ts';
import { shopifyErrors } from './errors.ts';
import type { KnownObjects } from './known.ts';
import { readList, readObject, textOf } from './tree.ts';

/** What the streams read needs; without read_all_orders Shopify shows sixty days of orders and says nothing. */
const neededScopes = ['read_orders', 'read_all_orders', 'read_products', 'read_customers'];

/** Shopify dev docs, "API access scopes": a scope to write is one to read. */
function grants(scope: string): readonly string[] {
  return scope.startsWith('write_') ? [scope, scope.replace('write_', 'read_')] : [scope];
}

/** Customers that are looked at, and how many of them must be there for their e-mail addresses to say something. */
const sampleSize = 25;
const fewestForJudgement = 5;

const dayMs = 86_400_000;
/** What is visible without read_all_orders, with a day to spare. */
const recentMs = 61 * dayMs;

/** A check holds for so long: a scope that is taken away is noticed within the hour. */
const holdsMs = 600_000;

/** Throws unless everything can be seen that the streams are about to read. */
type CheckAccess = (context: ReadContext) => Promise<void>;

/** Shared by all streams, asked at the beginning of every window; Shopify is asked every ten minutes. */
export function createAccessCheck(client: ShopifyClient, known: KnownObjects, clock: Clock): CheckAccess {
  let checkedAt = -Infinity;
  let running: Promise<void> | undefined;
  const check = async (context: ReadContext): Promise<void> => {
    await checkScopes(client, context);
    await checkVisible(client, known, clock, context);
    checkedAt = clock.monotonicMs();
  };
  return async (context) => {
    if (clock.monotonicMs() - checkedAt < holdsMs) return;
    running ??= check(context).finally(() => (running = undefined));
    await running;
  };
}

async function checkScopes(client: ShopifyClient, context: ReadContext): Promise<void> {
  const { data } = await client.ask('scopes', {}, context);
  const installation = readObject(data['currentAppInstallation'], 'currentAppInstallation');
  const handles = readList(installation['accessScopes'], 'accessScopes').map((each) =>
    textOf(each['handle']),
  );
  const granted = new Set(handles.flatMap(grants));
  const missing = neededScopes.filter((scope) => !granted.has(scope));
  if (missing.length === 0) return;
  throw shopifyErrors.error('SHOPIFY_SCOPE_MISSING', {
    message: `the token lacks ${missing.join(', ')}`,
    where: 'currentAppInstallation.accessScopes',
  });
}

async function checkVisible(
  client: ShopifyClient,
  known: KnownObjects,
  clock: Clock,
  context: ReadContext,
): Promise<void> {
  const { data } = await client.ask('visible', { first: sampleSize }, context);
  const customers = nodesOf(data, 'customers');
  if (
    customers.length >= fewestForJudgement &&
    customers.every((each) => each['defaultEmailAddress'] === null)
  ) {
    throw shopifyErrors.error('SHOPIFY_CUSTOMER_DATA_WITHHELD', {
      message: `none of ${customers.length} customers has an e-mail address`,
      where: 'customers.defaultEmailAddress',
    });
  }
  const [oldest] = nodesOf(data, 'orders');
  const visibleMs = Date.parse(textOf(oldest?.['createdAt']));
  const horizonMs = clock.now().getTime() - recentMs;
  const landedMs = await known.oldestOrderMs();
  // Orders can be deleted, so that the oldest may get younger; but not all at once to the horizon of the missing scope.
  const isCut = oldest === undefined || visibleMs >= horizonMs;
  if (landedMs === undefined || !isCut || landedMs >= horizonMs) return;
  throw shopifyErrors.error('SHOPIFY_HISTORY_CUT', {
    message:
      `the oldest visible order is of ${oldest === undefined ? 'no time' : new Date(visibleMs).toISOString()}, ` +
      `one of ${new Date(landedMs).toISOString()} was landed`,
    where: 'orders.createdAt',
  });
}

function nodesOf(data: JsonObject, root: string): readonly JsonObject[] {
  return readList(readObject(data[root], root)['nodes'], root);
}
