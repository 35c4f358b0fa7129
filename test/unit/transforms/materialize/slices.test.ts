import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restrictionOf } from '../../../../transforms/engine/compile/restriction.ts';
import { cutAt, keyColumnOf } from '../../../../transforms/engine/materialize/slices.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';

test('slices hold every key once, also those outside of the range and those that are null', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  const keys = fc.array(fc.option(fc.bigInt({ min: -50n, max: 50n })), { minLength: 1, maxLength: 20 });
  const ends = fc.array(fc.bigInt({ min: -40n, max: 40n }), { minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(keys, ends, async (values, unsorted) => {
      const slices = cutAt(unsorted.toSorted((a, b) => Number(a - b)));
      expect(slices.length).toBeLessThanOrEqual(unsorted.length);
      const rows = values.map((value) => `(cast(${value === null ? 'null' : String(value)} as bigint))`);
      const hits = slices.map(
        (slice) => `case when ${restrictionOf('k', { slice }) ?? 'true'} then 1 else 0 end`,
      );
      const found = await warehouse.query(
        `select distinct ${hits.join(' + ')} as hits from (values ${rows.join(', ')}) as t(k)`,
      );
      expect(found.map((row) => Number(row['hits']))).toEqual([1]);
    }),
    { endOnFailure: true },
  );
  await warehouse.close();
});

test('slices end at the keys that are given, but for the last, and lie in the order of the key', () => {
  expect(cutAt([4n, 7n, 50_000_000_007n])).toEqual([
    { from: undefined, below: '4' },
    { from: '4', below: '7' },
    { from: '7', below: undefined },
  ]);
  expect(cutAt([4n, 4n, 4n])).toEqual([
    { from: undefined, below: '4' },
    { from: '4', below: undefined },
  ]);
});

test('nothing to cut at is one slice', () => {
  expect(cutAt([])).toEqual([{ from: undefined, below: undefined }]);
  expect(cutAt([9n])).toEqual([{ from: undefined, below: undefined }]);
});

test('the key of an input is a column of its own, or the first that its mapping names', () => {
  expect(
    [
      'order_id',
      ' order_id\n',
      'never',
      'select order_id as touch_key from {{ changed() }}\nunion all\nselect 1',
      'select changed.order_id as touch_key from {{ changed() }} join x on true',
      'select -c.cancellation_id as touch_key from {{ changed() }}',
      'select coalesce(order_id, 1) as touch_key from {{ changed() }}',
      'select l.order_id as touch_key from (select * from x) as l',
    ].map(keyColumnOf),
  ).toEqual(['order_id', 'order_id', undefined, 'order_id', 'order_id', undefined, undefined, undefined]);
});
