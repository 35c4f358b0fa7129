import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEligibleToRetry, retryDelayMs } from '../../../scheduler/core/retry-policy.ts';

const key = { dagId: 'd', taskId: 't', runKey: '2026-03-02T10:00:00.000Z', tryNumber: 1 };
const fixed = { retries: 3, retryDelayMs: 5000, retryExponentialBackoff: false, maxRetryDelayMs: undefined };
const growing = { ...fixed, retryExponentialBackoff: true };

test('without backoff the delay is the delay, under the cap', () => {
  expect(retryDelayMs(fixed, key)).toBe(5000);
  expect(retryDelayMs({ ...fixed, maxRetryDelayMs: 1000 }, key)).toBe(1000);
});

test('with backoff the wait is base + SHA-1 jitter, as an independent computation has it', () => {
  for (const tryNumber of [1, 2, 3, 7]) {
    const base = 5 * 2 ** (tryNumber - 1);
    const text = `d#t#2026-03-02T10:00:00.000Z#${tryNumber}`;
    const bytes = [...createHash('sha1').update(text).digest()];
    const jitter = bytes.reduce((rest, byte) => (rest * 256 + byte) % base, 0);
    expect(retryDelayMs(growing, { ...key, tryNumber })).toBe((base + jitter) * 1000);
  }
});

test('the wait lies in [base, 2 base), is the same each time, and never exceeds its caps', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 0, max: 600_000 }),
      fc.string(),
      (n, delay, id) => {
        const policy = { ...growing, retryDelayMs: delay };
        const wait = retryDelayMs(policy, { ...key, taskId: id, tryNumber: n });
        const base = Math.max(1, Math.ceil((delay / 1000) * 2 ** Math.min(n - 1, 30))) * 1000;
        expect(wait).toBe(retryDelayMs(policy, { ...key, taskId: id, tryNumber: n }));
        expect(wait).toBeGreaterThanOrEqual(Math.min(base, 86_400_000));
        expect(wait).toBeLessThan(Math.min(2 * base, 86_400_001));
        expect(
          retryDelayMs({ ...policy, maxRetryDelayMs: 7000 }, { ...key, tryNumber: n }),
        ).toBeLessThanOrEqual(7000);
      },
    ),
  );
});

test('a task with retries=2 has three tries; one without has one', () => {
  expect([1, 2, 3].map((tryNumber) => isEligibleToRetry(tryNumber, 2))).toEqual([true, true, false]);
  expect(isEligibleToRetry(1, 0)).toBe(false);
});
