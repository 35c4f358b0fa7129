import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPokeTime } from '../../../scheduler/core/poke-time.ts';
import type { PokePolicy } from '../../../scheduler/core/poke-time.ts';

const start = new Date('2026-03-02T10:00:00Z');
const plain = {
  pokeIntervalMs: 60_000,
  timeoutMs: 3_600_000,
  exponentialBackoff: false,
  maxWaitMs: undefined,
};
const seconds = (
  policy: Partial<PokePolicy>,
  elapsed: number,
  more: { nextPokeAt?: Date; key?: string } = {},
): number => {
  const now = new Date(start.getTime() + elapsed * 1000);
  const progress = { key: 'd#t', waitingSince: start, now, nextPokeAt: undefined, ...more };
  return (nextPokeTime({ ...plain, ...policy }, progress).getTime() - now.getTime()) / 1000;
};

test('without backoff the interval, but not past the timeout, nor longer than maxWait', () => {
  expect(seconds({}, 100)).toBe(60);
  expect(seconds({}, 3590)).toBe(10);
  expect(seconds({}, 3700)).toBe(0);
  expect(seconds({ maxWaitMs: 5000 }, 100)).toBe(5);
});

test('a sensor that knows when it may come true looks then, not before and not after its timeout', () => {
  const at = (elapsed: number): Date => new Date(start.getTime() + elapsed * 1000);
  expect(seconds({}, 100, { nextPokeAt: at(1000) })).toBe(900);
  expect(seconds({}, 100, { nextPokeAt: at(99_999) })).toBe(3500);
  expect(seconds({}, 100, { nextPokeAt: at(50) })).toBe(0);
});

test('with backoff the waits double: interval * 2^(n - 2) and up to as much again, the same every time', () => {
  const policy = { exponentialBackoff: true, timeoutMs: 86_400_000 };
  let elapsed = 0;
  for (let poke = 1; poke < 9; poke += 1) {
    const wait = seconds(policy, elapsed);
    const base = 60 * 2 ** (poke - 2);
    expect(wait).toBeGreaterThanOrEqual(base);
    expect(wait).toBeLessThan(2 * base);
    expect(seconds(policy, elapsed)).toBe(wait);
    elapsed += wait;
  }
  const waits = Array.from({ length: 20 }, (_, index) => seconds(policy, 1000, { key: `d#${index}` }));
  expect(new Set(waits).size).toBeGreaterThan(10);
});

test('whatever the policy, it ends, and the wait is at least a second before the timeout', () => {
  const policy = fc.record({
    pokeIntervalMs: fc.integer({ min: 0, max: 10_000_000 }),
    timeoutMs: fc.integer({ min: 0, max: 10_000_000_000 }),
    exponentialBackoff: fc.constant(true),
    maxWaitMs: fc.constant(undefined),
  });
  fc.assert(
    fc.property(policy, fc.integer({ min: 0, max: 10_000_000 }), (given, elapsed) => {
      const left = given.timeoutMs / 1000 - elapsed;
      expect(seconds(given, elapsed)).toBeGreaterThanOrEqual(Math.max(0, Math.min(1, left)) - 1e-6);
    }),
  );
});
