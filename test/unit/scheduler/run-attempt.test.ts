import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import type { AnyTask } from '../../../scheduler/authoring/definition.ts';
import { TaskFail, TaskSkip } from '../../../scheduler/authoring/task.ts';
import { runAttempt } from '../../../scheduler/executor/run-attempt.ts';
import type { AttemptInput } from '../../../scheduler/executor/run-attempt.ts';

/** The door as a file sees it that was loaded beside another copy of it: other classes of the same names. */
class OtherSkip extends Error {
  override readonly name = 'TaskSkip';
}
class OtherFail extends Error {
  override readonly name = 'TaskFail';
}

const endOf = async (error: Error): Promise<unknown> => {
  const fails = async (): Promise<never> => {
    await systemClock.sleep(0);
    throw error;
  };
  return await runAttempt({
    task: { executionTimeoutMs: undefined, work: { kind: 'function' } } as AnyTask,
    context: { dagId: 'd', taskId: 't' } as AttemptInput['context'],
    isLatest: () => true,
    abort: new AbortController(),
    waitingSince: systemClock.now(),
    clock: systemClock,
    render: fails,
    perform: fails,
    abortGraceMs: 0,
  });
};

test.each([
  [new TaskSkip('nothing to do'), { kind: 'skipped', reason: 'nothing to do' }],
  [new OtherSkip('nothing to do'), { kind: 'skipped', reason: 'nothing to do' }],
  [new TaskFail('wrong key'), { kind: 'failed', retryable: false }],
  [new OtherFail('wrong key'), { kind: 'failed', retryable: false }],
  [new Error('once'), { kind: 'failed', retryable: true }],
])('%s ends an attempt by its name, whichever copy of the door it comes from', async (error, expected) => {
  expect(await endOf(error)).toMatchObject(expected);
});
