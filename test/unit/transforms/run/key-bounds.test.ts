import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withinBounds } from '../../../../transforms/engine/compile/restriction.ts';
import type { KeyBounds } from '../../../../transforms/engine/compile/restriction.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';

test('every key is within the bounds that are told of it, and no row of a gap is', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  try {
    await fc.assert(
      fc.asyncProperty(
        // DuckDB reads -2^63 as the negative of a number that is too great.
        fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.nat({ max: 4 }),
        async (unsorted, most) => {
          const keys = unsorted.toSorted((a, b) => (a < b ? -1 : 1));
          const steps = keys.slice(1).map((before, index) => ({ after: keys[index] ?? before, before }));
          const gaps = steps
            .slice(0, most)
            .map(({ after, before }) => ({ after: `${after}`, before: `${before}` }));
          const bounds: KeyBounds = { low: `${keys[0]}`, high: `${keys.at(-1)}`, gaps };
          const inside = steps
            .slice(0, most)
            .flatMap(({ after, before }) => (before - after > 1n ? [after + 1n] : []));
          const found = async (values: readonly bigint[]): Promise<number> => {
            if (values.length === 0) return 0;
            const rows = values.map((value) => `(${value}::bigint)`).join(', ');
            const [row] = await warehouse.query(
              `select count(*) as n from (values ${rows}) as t (k) where ${withinBounds('k', bounds)}`,
            );
            return Number(row?.['n']);
          };
          expect(await found(keys)).toBe(keys.length);
          expect(await found(inside)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  } finally {
    await warehouse.close();
  }
});
