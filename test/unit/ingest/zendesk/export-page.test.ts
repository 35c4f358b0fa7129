import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEdgeFilter } from '../../../../ingest/zendesk/export-page.ts';

describe('edges of pages', () => {
  test('what the page before held is left out; what changed since is not', () => {
    const edge = createEdgeFilter('updated_at');
    const one = { id: 1, updated_at: 'a' };
    const two = { id: 2, updated_at: 'b' };
    const changed = { id: 2, updated_at: 'c' };
    expect(edge.fresh([one, two])).toEqual([one, two]);
    expect(edge.fresh([two, changed])).toEqual([changed]);
    expect(edge.fresh([one])).toEqual([one]);
  });

  test('pages that overlap by whole seconds lose nothing and repeat nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 8, max: 12 }),
        (gaps, size) => {
          let time = 0;
          const rows = gaps.map((gap, id) => ({ id, time: (time += gap === 0 && id % 7 !== 0 ? 0 : 1) }));
          const edge = createEdgeFilter('time');
          const got: unknown[] = [];
          for (let start = 0; ;) {
            const page = rows.filter((row) => row.time >= start).slice(0, size);
            got.push(...edge.fresh(page));
            const end = page.at(-1)?.time ?? start;
            if (page.length < size || end === start) break;
            start = end;
          }
          expect(got).toEqual(rows.slice(0, got.length));
          expect(new Set(got).size).toBe(got.length);
        },
      ),
    );
  });
});
