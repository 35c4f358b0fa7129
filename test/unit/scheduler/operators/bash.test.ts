import { readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { bash } from '../../../../scheduler/operators/bash.ts';
import { maskOfEnv } from '../../../../scheduler/secrets/masker.ts';
import { contextOf, createLogSpy, runTask } from '../../../support/task-context.ts';

/** On a busy machine a second is short. */
const patient = { timeout: 20_000 };

test('values of variables with a sensitive name are masked, the longest first', () => {
  const { mask } = maskOfEnv({
    DB_PASSWORD: 'hunter2',
    API_TOKEN: 'hunter2-long',
    SECRET: 'abc',
    HOME: '/home/me',
  });
  expect(mask('hunter2-long hunter2 abc /home/me')).toBe('*** *** abc /home/me');
});

test('the output goes to the log line by line; the last line is returned, unmasked', async () => {
  const { logger, lines, fields } = createLogSpy();
  const task = bash({
    command: 'echo "$A $AIRFLOW_CTX_TASK_ID $HOME"; echo oops >&2; printf "%s" "$MY_SECRET"',
    env: { A: 'one "two"', MY_SECRET: 'hidden-value' },
  });
  expect(await runTask(task, contextOf({}, { logger }))).toBe('hidden-value');
  expect(lines.toSorted((a, b) => a.localeCompare(b))).toEqual(['***', 'one "two" t ', 'oops']);
  expect(fields).toContainEqual({ stream: 'stderr' });
  expect(JSON.stringify([lines, fields])).not.toContain('hidden-value');
});

test.each([
  ['exit 0', undefined, undefined],
  ['exit 99', undefined, 'TaskSkip'],
  ['exit 7', [7, 8], 'TaskSkip'],
  ['exit 3', undefined, 'BASH_COMMAND_FAILED'],
  ['kill -9 $$', undefined, 'BASH_COMMAND_FAILED'],
])('%s', async (command, skipOnExitCode, failure) => {
  const task = bash({ command, ...(skipOnExitCode === undefined ? {} : { skipOnExitCode }) });
  const ended = await Promise.resolve(runTask(task, contextOf({}))).then(
    () => undefined,
    (error: { readonly code?: string; readonly name: string }) => error.code ?? error.name,
  );
  expect(ended).toBe(failure);
});

test('a folder that does not exist is named', async () => {
  await expect(runTask(bash({ command: 'true', cwd: '/nowhere' }), contextOf({}))).rejects.toMatchObject({
    code: 'BASH_NOT_STARTED',
    where: '/nowhere',
  });
});

test('once it is to stop, all that the command started is stopped, also what ignores SIGTERM', async () => {
  const { logger, lines } = createLogSpy();
  const abort = new AbortController();
  // The grace time passes at once.
  const clock = { now: () => new Date(), monotonicMs: () => 0, sleep: async () => {} };
  const command = `trap '' TERM; (trap '' TERM; sleep 60) & echo $!; wait`;
  const ended = expect(
    runTask(bash({ command }), contextOf({}, { logger, clock, signal: abort.signal })),
  ).rejects.toMatchObject({ code: 'BASH_COMMAND_FAILED', message: 'it was killed by SIGKILL' });
  await expect.poll(() => lines.length, patient).toBe(1);
  const grandchild = Number(lines[0]);
  expect(() => process.kill(grandchild, 0)).not.toThrow();
  abort.abort('timeout');
  await ended;
  await expect.poll(() => isAlive(grandchild), patient).toBe(false);
});

/** What was killed and nobody has waited for is a zombie, and does nothing any more. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
