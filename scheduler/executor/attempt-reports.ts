import { batchCalls } from '../../lib/batch-calls.ts';
import type { AnyTask } from '../authoring/definition.ts';
import { settle } from '../core/outcome.ts';
import type { AttemptOutcome } from '../core/outcome.ts';
import { retryDelayMs } from '../core/retry-policy.ts';
import { startAttempts } from '../store/attempts.ts';
import type { StartedAttempt, StartInput } from '../store/attempts.ts';
import { finishAttempts } from '../store/finish-attempts.ts';
import type { FinishedAttempt, FinishInput } from '../store/finish-input.ts';
import type { DagRun, InstanceKey } from '../store/rows.ts';
import type { ExecutorOptions } from './executor-options.ts';

/** Round trips that attempts share: what begins or ends at the same time is written at one go. */
export interface Reports {
  readonly start: (input: StartInput) => Promise<StartedAttempt | undefined>;
  readonly finish: (input: FinishInput) => Promise<FinishedAttempt>;
}

const reportsAtOnce = 64;

/** Reports to the store of these options. */
export function reportsTo({ control, owner }: ExecutorOptions): Reports {
  return {
    start: batchCalls((items) => startAttempts(control, items), reportsAtOnce),
    finish: batchCalls(
      async (items) => await finishAttempts(control, items, { owner: await owner() }),
      reportsAtOnce,
    ),
  };
}

/** Reports how an attempt ended, with when it may be tried again. */
export async function reportEnd(
  { clock, finish }: Pick<ExecutorOptions, 'clock'> & Reports,
  input: {
    readonly key: InstanceKey;
    readonly token: string;
    readonly tryNumber: number;
    readonly task: AnyTask;
    readonly run: DagRun;
    readonly outcome: AttemptOutcome;
  },
): Promise<FinishedAttempt> {
  const { key, token, tryNumber, task, run, outcome } = input;
  const now = clock.now();
  const runKey = run.logicalDate?.toISOString() ?? run.runId;
  const delayMs = retryDelayMs(task.retryPolicy, { dagId: key.dagId, taskId: key.taskId, runKey, tryNumber });
  return await finish({
    key,
    token,
    now,
    run,
    outcome,
    outlets: task.outlets.map((asset) => asset.name),
    settle: (instance) => settle(outcome, { ...instance, endedAt: now, retryDelayMs: delayMs }),
  });
}
