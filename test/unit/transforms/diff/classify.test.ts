import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  classifySql,
  readCounts,
  readSamples,
  sampleSql,
} from '../../../../transforms/engine/diff/classify.ts';
import type { Comparison } from '../../../../transforms/engine/diff/classify.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';

let warehouse: DuckdbWarehouse;
beforeAll(async () => {
  warehouse = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
});
afterAll(() => warehouse.close());

type Values = readonly [number | null, string | null];

const values: fc.Arbitrary<Values> = fc.tuple(
  fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }),
  fc.option(fc.constantFrom('x', 'y'), { nil: null }),
);
const table = fc.dictionary(fc.constantFrom('1', '2', '3', '4', '5'), values);

async function fill(name: string, rows: Readonly<Record<string, Values>>): Promise<void> {
  await warehouse.execute(`create or replace table ${name} (k integer, n integer, t varchar)`);
  for (const [key, [n, t]] of Object.entries(rows)) {
    await warehouse.execute(`insert into ${name} values (?, ?, ?)`, [Number(key), n, t]);
  }
}

const comparison: Comparison = {
  before: 'before',
  after: 'after',
  keys: ['k'],
  columns: [
    { name: 'n', asText: false },
    { name: 't', asText: false },
  ],
  isNumbered: false,
};

test('counts and samples are those of a comparison by hand', async () => {
  await fc.assert(
    fc.asyncProperty(table, table, async (before, after) => {
      await fill('before', before);
      await fill('after', after);
      const both = Object.keys(before).filter((key) => Object.hasOwn(after, key));
      const differ = (index: 0 | 1): string[] =>
        both.filter((key) => before[key]?.[index] !== after[key]?.[index]);
      const changed = [...new Set([...differ(0), ...differ(1)])];
      const added = Object.keys(after).filter((key) => !Object.hasOwn(before, key));
      const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
      const [row] = await warehouse.query(classifySql(comparison));
      expect(readCounts(comparison, row)).toEqual({
        before: Object.keys(before).length,
        after: Object.keys(after).length,
        added: added.length,
        removed: removed.length,
        changed: changed.length,
        columns: [
          { name: 'n', changed: differ(0).length },
          { name: 't', changed: differ(1).length },
        ].filter((column) => column.changed > 0),
      });
      const samples = readSamples(comparison, await warehouse.query(sampleSql(comparison, 100)));
      expect(samples.map(({ key }) => key)).toEqual(
        [...added, ...removed, ...changed].toSorted().map((key) => `k=${key}`),
      );
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 60_000);

test('rows that share a key, or have none, are paired once each', async () => {
  await warehouse.execute(
    'create or replace table before as select * from (values (1, 5), (1, 5), (2, 7)) as v(k, n)',
  );
  await warehouse.execute(
    'create or replace table after as select * from (values (1, 5), (2, 8), (2, 7)) as v(k, n)',
  );
  const byKey = { ...comparison, columns: [{ name: 'n', asText: false }], isNumbered: true };
  const [row] = await warehouse.query(classifySql(byKey));
  expect(readCounts(byKey, row)).toMatchObject({ before: 3, after: 3, removed: 1, added: 1, changed: 0 });
  const whole = { ...comparison, keys: ['k', 'n'], columns: [], isNumbered: true };
  const [counts] = await warehouse.query(classifySql(whole));
  expect(readCounts(whole, counts)).toMatchObject({ removed: 1, added: 1, changed: 0, columns: [] });
});

test('a column of another type is compared by its text', async () => {
  await warehouse.execute('create or replace table before as select 1 as k, 5 as n');
  await warehouse.execute("create or replace table after as select 1 as k, '5' as n");
  const retyped = { ...comparison, columns: [{ name: 'n', asText: true }] };
  const [row] = await warehouse.query(classifySql(retyped));
  expect(readCounts(retyped, row)).toMatchObject({ changed: 0 });
});
