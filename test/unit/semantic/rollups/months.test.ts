import { expect, it } from 'vitest';
import { stretchesOf } from '../../../../semantic/server/rollups/months.ts';

it('months without a gap are one stretch, from the first day to the end of the last', () => {
  const months = new Set(['2026-02-01', '2025-12-01', '2026-01-01', '2024-02-01', '2026-04-01']);
  expect(stretchesOf(months)).toEqual([
    ['2024-02-01T00:00:00.000', '2024-02-29T23:59:59.999'],
    ['2025-12-01T00:00:00.000', '2026-02-28T23:59:59.999'],
    ['2026-04-01T00:00:00.000', '2026-04-30T23:59:59.999'],
  ]);
  expect(stretchesOf(new Set())).toEqual([]);
});
