import { expect, it } from 'vitest';
import path from 'node:path';
import { advise } from '../../../semantic/advise/advise.ts';
import { readTexts } from '../../../semantic/validate/read-texts.ts';
import { readModel } from '../../../semantic/validate/validate.ts';
import { shapesOf } from '../../../semantic/server/usage/missed-query.ts';
import type { MissedQuery } from '../../../semantic/server/usage/missed-query.ts';

const read = readModel(await readTexts(path.resolve(import.meta.dirname, '../../../semantic/model')));
if (read.kind !== 'model') throw new Error('the model cannot be read');
const { model } = read;

function missed(query: object, count: number, totalMs: number): MissedQuery {
  const [shape] = shapesOf(JSON.stringify(query));
  if (shape === undefined) throw new Error('no query');
  return { shape, count, totalMs, lastAt: '2026-01-01T00:00:00.000Z' };
}

const timeDimensions = [{ dimension: 'finance.event_date', granularity: 'month' }];

it('proposes the rollup that saves most, of measures that add up, and what it would have answered', () => {
  const { rollups } = advise(model, [
    missed(
      { measures: ['finance.gmv'], dimensions: ['finance.sku', 'finance.currency'], timeDimensions },
      10,
      5_000,
    ),
    missed({ measures: ['finance.refund_rate'], dimensions: ['finance.sku'], timeDimensions }, 5, 1_000),
    missed({ measures: ['finance.gmv'], dimensions: ['finance.segment', 'finance.currency'] }, 4, 800),
    // Once is no habit.
    missed({ measures: ['finance.gmv'], dimensions: ['finance.event_type'], timeDimensions }, 1, 9_000),
  ]);
  expect(rollups).toEqual([
    {
      cube: 'order_events_over_time',
      name: 'currency_sku_daily',
      measures: [
        'gross_sales_minor',
        'max_currency',
        'min_currency',
        'min_unit',
        'return_minor',
        'sale_minor',
      ],
      dimensions: ['currency', 'products.sku'],
      timeDimension: 'event_date',
      queries: 15,
      savedMs: 6_000,
    },
    expect.objectContaining({ dimensions: ['currency', 'customers.segment'], queries: 4, savedMs: 800 }),
  ]);
});

it.each([
  ['counts distinct things', { measures: ['finance.aov'] }],
  ['looks at other days', { measures: ['finance.gmv_previous_year'] }],
  [
    'a segment is a condition on rows',
    { measures: ['finance.gmv'], segments: ['finance.sales_and_returns'] },
  ],
  ['joined to those of the view, many to each', { measures: ['operations.order_lines'] }],
  [
    'a dateRange could be answered',
    {
      measures: ['finance.gmv'],
      filters: [{ member: 'finance.event_date', operator: 'afterDate', values: ['2026-01-01'] }],
    },
  ],
  ['has no such view any more', { measures: ['gone.gmv'] }],
])('says why no rollup can: %s', (reason, query) => {
  const { rollups, unanswerable } = advise(model, [missed(query, 10, 1_000)]);
  expect(rollups).toEqual([]);
  expect(unanswerable).toMatchObject([
    { queries: 10, totalMs: 1_000, reason: expect.stringContaining(reason) },
  ]);
});
