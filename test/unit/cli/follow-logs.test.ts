import { expect, test } from 'vitest';
import { nextLook } from '../../../cli/commands/follow-logs.ts';

test.each([
  ['a task that has not begun', undefined, { state: null, tryNumber: 0 }, 1, false],
  ['one that runs', { tryNumber: 1, printed: 4 }, { state: 'running', tryNumber: 1 }, 1, false],
  ['one that is tried again', { tryNumber: 1, printed: 4 }, { state: 'running', tryNumber: 2 }, 1, false],
  [
    'one that has ended, its last try not printed',
    { tryNumber: 1, printed: 4 },
    { state: 'success', tryNumber: 2 },
    1,
    false,
  ],
  ['one that has ended', { tryNumber: 2, printed: 0 }, { state: 'failed', tryNumber: 2 }, 2, true],
  [
    'one that waits for its retry',
    { tryNumber: 2, printed: 3 },
    { state: 'up_for_retry', tryNumber: 2 },
    2,
    false,
  ],
] as const)('%s', (_, at, seen, tryNumber, isLast) => {
  const look = nextLook(at, seen);
  expect([look.from.tryNumber, look.isLast]).toEqual([tryNumber, isLast]);
});
