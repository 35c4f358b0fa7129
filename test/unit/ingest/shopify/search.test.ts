import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedWithin, destroyedWithin } from '../../../../ingest/shopify/search.ts';

const fromMs = Date.parse('2026-11-27T10:00:00Z');

test('a window in the search syntax', () => {
  expect(changedWithin({ fromMs, toMs: fromMs + 3_600_000 })).toBe(
    "updated_at:>='2026-11-27T10:00:00Z' updated_at:<'2026-11-27T11:00:00Z'",
  );
  expect(destroyedWithin({ fromMs, toMs: fromMs + 1000 })).toBe(
    "action:destroy created_at:>='2026-11-27T10:00:00Z' created_at:<'2026-11-27T10:00:01Z'",
  );
});

test('whole seconds that cover the window, however fine it is', () => {
  const ms = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(ms, fc.integer({ min: 1, max: 10_000_000 }), (from, length) => {
      const text = changedWithin({ fromMs: from, toMs: from + length });
      const [low = '', high = ''] = Array.from(text.matchAll(/'([^']+)'/g), (match) => match[1] ?? '');
      expect(Date.parse(low)).toBeLessThanOrEqual(from);
      expect(Date.parse(low)).toBeGreaterThan(from - 1000);
      expect(Date.parse(high)).toBeGreaterThanOrEqual(from + length);
    }),
  );
});
