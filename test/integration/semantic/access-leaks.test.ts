import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAccess } from '../../../semantic/server/access/access-file.ts';
import type { Caller } from '../../../semantic/server/access/caller.ts';
import { callerOf } from '../../../semantic/server/access/holder.ts';
import { startSemantic, published } from './support.ts';
import type { SemanticFixture } from './support.ts';

/**
 * Pairs of users put the same generated queries at the same time, so that they meet in queue and cache. Each answer is
 * compared with plain SQL over marts that have been filtered by what the user may see.
 */
const pairs = 500;

const countries = ['DE', 'FR', 'PL', 'US'];
const sellers = ['Lumen', 'Folio', 'Nord'];
const channels = ['web', 'app', 'shop'];

const rules = parseAccess(
  `
roles:
  by_country: { sees: [finance, operations], rows: { country: { from: country } } }
  by_seller: { sees: [finance], rows: { seller: { from: seller } } }
  web_by_country: { sees: [finance, operations], rows: { country: { from: country }, channel: [web] } }
groups:
  country: { roles: [by_country] }
  seller: { roles: [by_seller] }
  web: { roles: [web_by_country] }
  both: { roles: [by_country, by_seller] }
`,
  'access.yml',
);

/** What a group may see of the fact `f` with its product `p`, in plain SQL. */
const seen: Readonly<Record<string, (user: User) => string>> = {
  country: ({ country }) => `f.country in (${list(country)})`,
  seller: ({ seller }) => `p.seller_name in (${list(seller)})`,
  web: ({ country }) => `f.country in (${list(country)}) and f.channel = 'web'`,
  both: ({ country, seller }) => `(f.country in (${list(country)}) or p.seller_name in (${list(seller)}))`,
};

/** Orders have no seller: who may see only sellers' rows does not see them at all, who may see either sees countries'. */
const seenOrders: typeof seen = { ...seen, both: seen['country'] ?? (() => 'false') };

interface User {
  readonly group: string;
  readonly country: readonly string[];
  readonly seller: readonly string[];
}

interface Query {
  readonly view: 'finance' | 'operations';
  readonly dimensions: readonly string[];
  readonly filter: {
    readonly name: string;
    readonly values: readonly string[];
    readonly not: boolean;
  } | null;
}

const columns = {
  finance: {
    channel: 'f.channel',
    country: 'f.country',
    event_type: 'f.event_type',
    seller: 'p.seller_name',
  },
  operations: { channel: 'f.channel', country: 'f.country', order_status: 'f.order_status' },
} as const;
const measures = { finance: 'gmv', operations: 'orders' } as const;
const values: Readonly<Record<string, readonly string[]>> = {
  channel: channels,
  country: countries,
  seller: sellers,
  event_type: ['sale', 'refund'],
  order_status: ['placed', 'shipped'],
};

function list(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join();
}

function some(texts: readonly string[]): fc.Arbitrary<string[]> {
  return fc.subarray([...texts], { minLength: 1 });
}

const users = fc.record({
  group: fc.constantFrom('country', 'seller', 'web', 'both'),
  country: some(countries),
  seller: some(sellers),
});

const queries = fc.constantFrom('finance' as const, 'operations' as const).chain((view) => {
  const names = Object.keys(columns[view]);
  const filter = fc
    .constantFrom(...names)
    .chain((name) =>
      fc.record({ name: fc.constant(name), values: some(values[name] ?? []), not: fc.boolean() }),
    );
  return fc.record({
    view: fc.constant(view),
    dimensions: fc.subarray(names),
    filter: fc.option(filter),
  });
});

let shop: SemanticFixture;
beforeAll(async () => {
  shop = await startSemantic();
  const pick = (texts: readonly string[], by: string): string =>
    `list_element([${list(texts)}], 1 + (hash(i, '${by}') % ${texts.length})::integer)`;
  await shop.publisher.run(`
    delete from marts.fct_order_events; delete from marts.fct_orders; delete from marts.dim_product;
    insert into marts.dim_product (product_key, seller_name)
      select 'p' || i, ${pick(sellers, 'seller')} from range(12) t(i);
    insert into marts.fct_order_events
      (order_event_key, event_type, product_key, channel, country, currency, is_test, amount_minor, event_date)
      select 'e' || i, ${pick(['sale', 'refund'], 'type')}, 'p' || (hash(i, 'p') % 12), ${pick(channels, 'channel')},
        ${pick(countries, 'country')}, 'EUR', false, 1 + hash(i) % 100000, date '2026-01-01' from range(600) t(i);
    insert into marts.fct_orders (order_key, order_status, channel, country, currency, is_test, order_date)
      select 'o' || i, ${pick(['placed', 'shipped'], 'status')}, ${pick(channels, 'channel')},
        ${pick(countries, 'country')}, 'EUR', false, date '2026-01-01' from range(300) t(i)`);
  await shop.semantic.refresh(published(2));
});
afterAll(() => shop.stop());

/** Null for a view that the user does not see. */
async function bySql(user: User, { view, dimensions, filter }: Query): Promise<string | null> {
  if (view === 'operations' && user.group === 'seller') return null;
  const allowed = (view === 'finance' ? seen : seenOrders)[user.group]?.(user) ?? 'false';
  const column = (name: string): string => (columns[view] as Record<string, string>)[name] ?? name;
  const asked =
    filter === null
      ? 'true'
      : `${column(filter.name)} ${filter.not ? 'not in' : 'in'} (${list(filter.values)})`;
  const measure =
    view === 'finance'
      ? "cast(sum(case when f.event_type = 'sale' then f.amount_minor end) as varchar)"
      : 'cast(count(*) as varchar)';
  const keys = dimensions.map(column);
  const { rows } = await read(`
    select ${[...keys, `${measure} as m`].join()}
    from marts.${view === 'finance' ? 'fct_order_events' : 'fct_orders'} f
    ${view === 'finance' ? 'left join marts.dim_product p using (product_key)' : ''}
    where ${allowed} and ${asked} ${keys.length === 0 ? '' : `group by ${keys.join()}`}`);
  return normal(rows);
}

async function read(sql: string): Promise<{ readonly rows: readonly (string | null)[][] }> {
  const reader = await shop.publisher.runAndReadAll(sql);
  return { rows: reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value)))) };
}

/** Rows without the order they came in; money in minor units; nothing at all is nothing, be it 0, null or no row. */
function normal(rows: readonly (string | null)[][]): string {
  const told = rows.map((row) => [...row.slice(0, -1), String(Number(row.at(-1) ?? 0))]);
  return JSON.stringify(told.map((row) => row.join('|')).sort());
}

async function byCube(caller: Caller, { view, dimensions, filter }: Query): Promise<string | null> {
  const measure = `${view}.${measures[view]}`;
  const query = {
    measures: [measure],
    dimensions: dimensions.map((name) => `${view}.${name}`),
    filters:
      filter === null
        ? []
        : [
            {
              member: `${view}.${filter.name}`,
              operator: filter.not ? 'notEquals' : 'equals',
              values: filter.values,
            },
          ],
  };
  const rows = await shop.semantic.load(query, caller).catch((error: unknown) => {
    if (Object(error).code === 'SEMANTIC_MEMBER_UNKNOWN') return null;
    throw error;
  });
  if (rows === null) return null;
  const scale = view === 'finance' ? 100 : 1;
  return normal(
    rows.map((row) => [
      ...query.dimensions.map((name) => row[name] as string),
      String(Math.round(Number(row[measure] ?? 0) * scale)),
    ]),
  );
}

it('1,000 generated queries by pairs of users show exactly the rows that each may see', async () => {
  let refused = 0;
  let differing = 0;
  const property = fc.asyncProperty(users, users, queries, async (left, right, query) => {
    const both = [left, right];
    const answers = await Promise.all(
      both.map((user) =>
        byCube(
          callerOf(rules, {
            name: 'x',
            groups: [user.group],
            values: { country: user.country, seller: user.seller },
          }),
          query,
        ),
      ),
    );
    for (const [at, user] of both.entries()) expect(answers[at]).toBe(await bySql(user, query));
    refused += answers.filter((each) => each === null).length;
    if (answers[0] !== answers[1]) differing += 1;
  });
  await fc.assert(property, { numRuns: pairs, seed: 8 });
  // The property says something only if rights make a difference, and are refused at times.
  expect(refused).toBeGreaterThan(pairs / 20);
  expect(differing).toBeGreaterThan(pairs / 2);
}, 600_000);
