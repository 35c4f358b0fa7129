import { expect, it } from 'vitest';
import { rollupOf } from '../../../../semantic/server/rollups/rollup.ts';

const range = ['__FROM_PARTITION_RANGE', '__TO_PARTITION_RANGE'];
const planned = (sql: string, values: readonly unknown[] = range): Parameters<typeof rollupOf>[0] => ({
  preAggregationId: 'events.daily',
  tableName: 'prod_pre_aggregations.events_daily',
  sql: [sql, values],
});
const select = `SELECT
      "events".channel "events__channel", "products".category "products__category",
      DATE_TRUNC('day', "events".event_date) "events__event_date_day", sum("events".amount_minor) "events__amount"
    FROM
      (select * from marts.fct_order_events where not is_test) AS "events"`;
const where = `WHERE ("events".event_date >= ?::timestamp AND "events".event_date <= ?::timestamp) GROUP BY 1, 2, 3`;
const join = `LEFT JOIN marts.dim_product AS "products" ON "events".product_key = "products".product_key`;

it('reads from the statement what it reads, by which day, and what is joined by which columns', () => {
  expect(rollupOf(planned(`${select}\n${join}  ${where}`))).toMatchObject({
    dayColumn: 'events__event_date_day',
    marts: ['dim_product', 'fct_order_events'],
    watched: {
      mart: 'fct_order_events',
      day: 'event_date',
      joined: [
        { mart: 'dim_product', on: 'product_key', key: 'product_key', columns: ['category', 'product_key'] },
      ],
    },
  });
});

it.each([
  [
    'a join of what is joined',
    `${join} LEFT JOIN marts.dim_seller AS "sellers" ON "products".seller_key = "sellers".seller_key`,
  ],
  ['a join by more than equal keys', `${join} AND "products".is_current`],
  [
    'a join of a query',
    `LEFT JOIN (select * from marts.dim_product) AS "products" ON "events".product_key = "products".product_key`,
  ],
])('where it does not understand %s, a change of any mart counts for all months', (_, joins) => {
  const rollup = rollupOf(planned(`${select}\n${joins}  ${where}`));
  expect(rollup?.watched).toBeUndefined();
  expect(rollup?.marts).toContain('dim_product');
});

it('keeps nothing that cannot be read anew by months', () => {
  expect(rollupOf(planned(`${select} GROUP BY 1`, []))).toBeUndefined();
  expect(rollupOf(planned(`${select} ${where}`, ['2026-01-01', '2026-02-01']))).toBeUndefined();
});

it('is another one when its statement is', () => {
  const [one, other] = [where, `${where}, 4`].map((end) => rollupOf(planned(`${select} ${end}`))?.definition);
  expect(one).not.toBe(other);
});
