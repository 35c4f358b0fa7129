import { expect, test } from 'vitest';
import { columnLineage } from '../../../../transforms/engine/lineage/column-lineage.ts';
import type {
  ColumnLineage,
  LineageStatement,
} from '../../../../transforms/engine/lineage/column-lineage.ts';
import { edgesOf, trace } from '../../../../transforms/engine/lineage/impact.ts';

const orders = { identifier: 'raw_orders', relation: 'shop.orders', columns: ['id', 'customer', 'amount'] };
const lines = { identifier: 'raw_lines', relation: 'shop.lines', columns: ['order_id', 'quantity', 'price'] };

async function columnsOf(sql: string): Promise<readonly ColumnLineage[]> {
  const [lineage] = await columnLineage([{ model: 'm', sql }], [orders, lines], 'duckdb');
  expect(lineage?.problem).toBeUndefined();
  return lineage?.columns ?? [];
}

const cases: readonly {
  readonly shape: string;
  readonly sql: string;
  readonly upstream: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    shape: 'a column as it is, an expression, an aggregate, a constant',
    sql: 'select id, upper(customer) as who, sum(amount) as total, 1 as one from raw_orders group by id, customer',
    upstream: {
      id: ['direct shop.orders.id'],
      who: ['transformed shop.orders.customer'],
      total: ['aggregated shop.orders.amount'],
      one: [],
    },
  },
  {
    shape: 'an aggregate further up stays one below',
    sql: `with a as (select order_id, sum(quantity * price) as total from raw_lines group by order_id)
      select o.id, coalesce(a.total, 0) as total from raw_orders as o left join a on a.order_id = o.id`,
    upstream: {
      id: ['direct shop.orders.id'],
      total: ['aggregated shop.lines.price', 'aggregated shop.lines.quantity'],
    },
  },
  {
    shape: 'both branches of a union, stars of a CTE, a window',
    sql: `with a as (select * from raw_orders)
      select id, customer as name from a
      union all
      select order_id, cast(row_number() over (order by price) as varchar) from raw_lines`,
    upstream: {
      id: ['direct shop.lines.order_id', 'direct shop.orders.id'],
      name: ['aggregated shop.lines.price', 'direct shop.orders.customer'],
    },
  },
];

test.each(cases)('$shape', async ({ sql, upstream }) => {
  const columns = await columnsOf(sql);
  const found = Object.fromEntries(
    columns.map(({ column, upstream: from }) => [
      column,
      from.map((each) => `${each.kind} ${each.relation}.${each.column}`).toSorted(),
    ]),
  );
  expect(found).toEqual(upstream);
});

const chain: readonly LineageStatement[] = [
  { model: 'stg_orders', sql: 'select id as order_id, amount from raw_orders' },
  { model: 'fct', sql: 'select order_id, amount * 100 as minor from stg_orders' },
  { model: 'agg', sql: 'select sum(minor) as total from fct' },
];
const relations = [
  orders,
  ...chain.map(({ model }) => ({ identifier: model, relation: model, columns: [] })),
];

test('a column is traced over several models in both directions', async () => {
  const edges = edgesOf(await columnLineage(chain, relations, 'duckdb'));
  const shown = (found: typeof edges): string[] =>
    found.map(
      ({ from, to, kind }) => `${from.relation}.${from.column} -${kind}-> ${to.relation}.${to.column}`,
    );
  expect(shown(trace(edges, { relation: 'agg', column: 'total' }, 'upstream'))).toEqual([
    'fct.minor -aggregated-> agg.total',
    'stg_orders.amount -transformed-> fct.minor',
    'shop.orders.amount -direct-> stg_orders.amount',
  ]);
  expect(shown(trace(edges, { relation: 'shop.orders', column: 'id' }, 'downstream'))).toEqual([
    'shop.orders.id -direct-> stg_orders.order_id',
    'stg_orders.order_id -direct-> fct.order_id',
  ]);
});

test('SQL that the parser cannot follow says so and does not stop the rest', async () => {
  const broken = { model: 'broken', sql: 'select from where' };
  const [first, second] = await columnLineage([broken, ...chain.slice(0, 1)], relations, 'duckdb');
  expect(first).toMatchObject({ model: 'broken', columns: [] });
  expect(first?.problem).toMatch(/\S/);
  expect(second?.columns.map((each) => each.column)).toEqual(['order_id', 'amount']);
});
