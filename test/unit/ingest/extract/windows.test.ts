import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkWindow, cutWindows, planIncremental } from '../../../../ingest/extract/windows.ts';

const day = 86_400_000;
const nowMs = Date.parse('2026-03-01T12:00:00.750Z');
const reading = { windowMs: 6 * 3_600_000, overlapMs: 3_600_000, lagMs: 60_000 };

describe('cutting a span into windows', () => {
  test('covers it without gap or overlap, none larger than allowed', () => {
    const seconds = fc.nat(10_000_000).map((each) => each * 1000);
    fc.assert(
      fc.property(seconds, seconds, fc.integer({ min: 100_000, max: 10_000_000 }), (fromMs, length, size) => {
        const span = { fromMs, toMs: fromMs + length };
        const windows = cutWindows(span, size * 1000);
        if (length === 0) {
          expect(windows).toEqual([]);
          return;
        }
        expect(windows[0]?.fromMs).toBe(span.fromMs);
        expect(windows.at(-1)?.toMs).toBe(span.toMs);
        for (const [index, window] of windows.entries()) {
          expect(window.toMs).toBeGreaterThan(window.fromMs);
          expect(window.toMs - window.fromMs).toBeLessThanOrEqual(size * 1000);
          if (index > 0) expect(window.fromMs).toBe(windows[index - 1]?.toMs);
        }
      }),
    );
  });
});

describe('the plan of a run', () => {
  test('reaches from the overlap before the cursor to the lag before now, and never into a gap unsaid', () => {
    fc.assert(
      fc.property(fc.nat(60 * day), fc.option(fc.integer({ min: 1, max: 40 })), (age, days) => {
        const forgetsAfterMs = days === null ? {} : { forgetsAfterMs: days * day };
        const freshTo = Math.floor((nowMs - age) / 1000) * 1000;
        const { windows, gap } = planIncremental({ ...reading, ...forgetsAfterMs }, freshTo, nowMs);
        const end = Math.floor((nowMs - reading.lagMs) / 1000) * 1000;
        if (freshTo >= end) {
          expect(windows).toEqual([]);
          return;
        }
        expect(windows.at(-1)?.toMs).toBe(end);
        const from = windows[0]?.fromMs ?? Number.NaN;
        // All between the cursor and now is either read or named as a gap.
        expect(from).toBeLessThanOrEqual(gap?.toMs ?? freshTo);
        if (gap === undefined) {
          const remembered = days === null ? 0 : Math.floor((nowMs - days * day) / 1000) * 1000;
          expect(from).toBe(Math.max(freshTo - reading.overlapMs, remembered));
        } else {
          expect(gap).toEqual({ fromMs: freshTo, toMs: from });
          expect(nowMs - from).toBeLessThan((days ?? 0) * day + 1000);
        }
      }),
    );
  });

  test('reads nothing when the clock went back', () => {
    expect(planIncremental(reading, nowMs + day, nowMs)).toEqual({ windows: [], gap: undefined });
  });

  test('an outage of 26 hours is caught up in several windows', () => {
    const { windows } = planIncremental(reading, nowMs - 26 * 3_600_000, nowMs);
    expect(windows).toHaveLength(5);
  });
});

describe('a window that is to be read again', () => {
  test.each([
    ['backwards', nowMs, nowMs - day],
    ['empty', nowMs - day, nowMs - day],
    ['in the future', nowMs - day, nowMs + day],
  ])('is refused when it is %s', (_, fromMs, toMs) => {
    expect(() => checkWindow({ fromMs, toMs }, nowMs)).toThrow(
      expect.objectContaining({ code: 'EXTRACT_WINDOW_INVALID' }),
    );
  });

  test('is taken in whole seconds', () => {
    const window = checkWindow({ fromMs: nowMs - day, toMs: nowMs }, nowMs);
    expect(window).toEqual({ fromMs: nowMs - day - 750, toMs: nowMs - 750 });
  });
});
