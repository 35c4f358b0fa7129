import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractErrors } from '../../../../ingest/extract/errors.ts';
import { outcomeOfStatus, retryAfterMs, retryTable, waitBefore } from '../../../../ingest/extract/retry.ts';
import type { Failure } from '../../../../ingest/extract/retry.ts';

describe('the retry table', () => {
  test('what is tried again here may be tried again later, and nothing else', () => {
    const failures = Object.keys(retryTable) as Failure[];
    const again = failures.filter((each) => retryTable[each].attempts > 1 && each !== 'unauthorized');
    const retryable = failures.filter((each) => extractErrors.kinds[retryTable[each].code].retryable);
    expect(again).toEqual(retryable);
  });

  test.each([
    [200, 'ok'],
    [204, 'ok'],
    [301, 'refused'],
    [400, 'refused'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [429, 'rate_limited'],
    [500, 'server_error'],
    [503, 'server_error'],
    [599, 'server_error'],
  ])('status %i is %s', (status, outcome) => {
    expect(outcomeOfStatus(status)).toBe(outcome);
  });

  test('waits grow within their cap, and end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(retryTable) as Failure[])),
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (outcome, made, chance) => {
          const rule = retryTable[outcome];
          const wait = waitBefore(rule, made, undefined, () => chance);
          if (made >= rule.attempts) {
            expect(wait).toBeUndefined();
            return;
          }
          const full = Math.min(rule.maxWaitMs, rule.firstWaitMs * 2 ** (made - 1));
          expect(wait).toBeGreaterThanOrEqual(full / 2);
          expect(wait).toBeLessThanOrEqual(full);
        },
      ),
    );
  });

  test('the API’s own word counts, even beyond the cap, but not beyond the attempts', () => {
    expect(waitBefore(retryTable.rate_limited, 1, 120_000, () => 0)).toBe(120_000);
    expect(waitBefore(retryTable.rate_limited, 8, 120_000, () => 0)).toBeUndefined();
  });
});

test.each([
  [null, undefined],
  ['', undefined],
  ['1', 1000],
  ['0.5', 500],
  ['-3', 0],
  ['Sun, 01 Mar 2026 00:00:30 GMT', 30_000],
  ['Sat, 28 Feb 2026 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %j is %j ms', (value, ms) => {
  expect(retryAfterMs(value, Date.parse('2026-03-01T00:00:00Z'))).toBe(ms);
});
