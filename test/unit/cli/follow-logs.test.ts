import { expect, test } from 'vitest';
import { rowsResult } from '../../../cli/operations/operation.ts';
import { schedulerErrors } from '../../../scheduler/errors.ts';
import { followLogs, nextLook } from '../../../cli/commands/follow-logs.ts';

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

/** Follows a task that has these states, one at each look, and a log only if it has run. */
async function follow(states: readonly (string | null)[]): Promise<number> {
  let looks = 0;
  let printed = 0;
  const stateNow = (): string | null => states[looks - 1] ?? null;
  await followLogs(
    { dag: 'd', task: 't', run: undefined, mapIndex: undefined, try: undefined },
    { dataDir: '/none', output: 'json' },
    {
      ask: (name) => {
        if (name === 'tasks.state') {
          looks += 1;
          return Promise.resolve(rowsResult([{ run: 'r', state: stateNow(), try: 0 }]));
        }
        if (stateNow() === 'success') return Promise.resolve(rowsResult([{ message: 'works' }]));
        const message = `it has not run: ${stateNow()}`;
        return Promise.reject(schedulerErrors.error('TASK_LOG_NOT_FOUND', { message }));
      },
      print: () => void (printed += 1),
    },
  );
  return printed;
}

test('a task that has not started is waited for', async () => {
  expect(await follow([null, 'success'])).toBe(1);
});

test('of a task that ends without having run, whoever waits for its log is told so', async () => {
  await expect(follow([null, 'upstream_failed'])).rejects.toMatchObject({
    message: 'it has not run: upstream_failed',
  });
});
