import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restrictionOf } from '../../../../transforms/engine/compile/restriction.ts';
import { cutRange } from '../../../../transforms/engine/materialize/slices.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';

test('slices hold every key once, also those outside of the range and those that are null', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  const keys = fc.array(fc.option(fc.bigInt({ min: -50n, max: 50n })), { minLength: 1, maxLength: 20 });
  const bound = fc.bigInt({ min: -40n, max: 40n });
  await fc.assert(
    fc.asyncProperty(keys, bound, bound, fc.integer({ min: 2, max: 9 }), async (values, a, b, parts) => {
      const slices = cutRange(a < b ? a : b, a < b ? b : a, parts);
      expect(slices.length).toBeLessThanOrEqual(parts);
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

test('slices are of about one width and lie in the order of the key', () => {
  expect(cutRange(1n, 10n, 3)).toEqual([
    { from: undefined, below: '4' },
    { from: '4', below: '7' },
    { from: '7', below: undefined },
  ]);
});

test('keys that are no whole numbers are not cut', () => {
  const whole = [{ from: undefined, below: undefined }];
  expect(cutRange('a', 'z', 4)).toEqual(whole);
  expect(cutRange(0.5, 9.5, 4)).toEqual(whole);
  expect(cutRange(null, null, 4)).toEqual(whole);
});
