import { expect, it } from 'vitest';
import { createBackOff } from '../../../semantic/sql/wire/back-off.ts';

it('tries of one user from one address become slower, up to a limit, and are forgotten', () => {
  let nowMs = 0;
  const backOff = createBackOff({ monotonicMs: () => nowMs });
  const delays = Array.from({ length: 7 }, () => {
    const delay = backOff.delayMs('10.0.0.1', 'ana');
    backOff.failed('10.0.0.1', 'ana');
    return delay;
  });
  expect(delays).toEqual([0, 250, 500, 1000, 2000, 4000, 5000]);
  expect(backOff.delayMs('10.0.0.1', 'bo')).toBe(0);
  expect(backOff.delayMs('10.0.0.2', 'ana')).toBe(0);
  nowMs = 10 * 60_000;
  expect(backOff.delayMs('10.0.0.1', 'ana')).toBe(0);
});

it('whoever is let in begins anew', () => {
  const backOff = createBackOff({ monotonicMs: () => 0 });
  backOff.failed('10.0.0.1', 'ana');
  backOff.succeeded('10.0.0.1', 'ana');
  expect(backOff.delayMs('10.0.0.1', 'ana')).toBe(0);
});

it('an attacker with many names makes nothing grow without end', () => {
  const backOff = createBackOff({ monotonicMs: () => 0 });
  for (let each = 0; each < 10_001; each++) backOff.failed('10.0.0.1', `name${each}`);
  expect(backOff.delayMs('10.0.0.1', 'name0')).toBe(0);
  expect(backOff.delayMs('10.0.0.1', 'name10000')).toBe(250);
});
