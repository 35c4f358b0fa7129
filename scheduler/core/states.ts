/** Task instance states, Airflow's names. A task instance that was not looked at yet has no state (null). */
export const taskInstanceStates = [
  'scheduled',
  'queued',
  'running',
  'success',
  'restarting',
  'failed',
  'up_for_retry',
  'up_for_reschedule',
  'upstream_failed',
  'skipped',
  'deferred',
  'removed',
] as const;
export type TaskInstanceState = (typeof taskInstanceStates)[number];

export const dagRunStates = ['queued', 'running', 'success', 'failed'] as const;
export type DagRunState = (typeof dagRunStates)[number];

/** How a run came about. */
export type DagRunType = 'scheduled' | 'manual' | 'backfill' | 'asset_triggered';

/** Which failures make a run fail: those of its leaves, as in Airflow, or those of any task. */
export type RunPolicy = 'leaves' | 'any_failed';

interface StateFacts {
  /** Where a task instance may go from here; everything else is a bug. null is "cleared, or never looked at". */
  readonly to: readonly (TaskInstanceState | null)[];
  readonly finished: boolean;
  /** Counts as a failure for the run's result. */
  readonly failure: boolean;
  /** Holds a slot of the executor. */
  readonly holdsSlot: boolean;
  /** The scheduler may start an attempt from here once the dependencies pass. */
  readonly schedulable: boolean;
}

const facts = (to: StateFacts['to'], ...flags: readonly (keyof Omit<StateFacts, 'to'>)[]): StateFacts => ({
  to,
  finished: flags.includes('finished'),
  failure: flags.includes('failure'),
  holdsSlot: flags.includes('holdsSlot'),
  schedulable: flags.includes('schedulable'),
});

const afterRules = ['scheduled', 'upstream_failed', 'skipped', 'removed'] as const;

/** The state machine of a task instance as a total table; `none` is the null state. */
export const taskStateTable: Readonly<Record<TaskInstanceState | 'none', StateFacts>> = {
  // Only an empty task is done without an attempt.
  none: facts([...afterRules, 'success'], 'schedulable'),
  // What has not ended is skipped where the run is over: by its timeout, or by failFast.
  scheduled: facts(['queued', 'skipped', 'removed', null]),
  queued: facts(['running', 'failed', 'up_for_retry', 'skipped', 'removed', null], 'holdsSlot'),
  running: facts(
    [
      'success',
      'failed',
      'skipped',
      'up_for_retry',
      'up_for_reschedule',
      'deferred',
      'restarting',
      'removed',
      null,
    ],
    'holdsSlot',
  ),
  restarting: facts(['skipped', 'removed', null], 'holdsSlot'),
  up_for_retry: facts([...afterRules, null], 'schedulable'),
  up_for_reschedule: facts([...afterRules, null], 'schedulable'),
  deferred: facts(['scheduled', 'failed', 'skipped', 'removed', null]),
  // Removed, where a mapped task's list became shorter and lacks its value.
  success: facts(['removed', null], 'finished'),
  skipped: facts(['removed', null], 'finished'),
  failed: facts(['removed', null], 'finished', 'failure'),
  upstream_failed: facts(['removed', null], 'finished', 'failure'),
  removed: facts([null], 'finished'),
};

/** What is known about a state, null included. */
export function factsOf(state: TaskInstanceState | null): StateFacts {
  return taskStateTable[state ?? 'none'];
}

/** Whether the state machine has this step. */
export function isLegalStep(from: TaskInstanceState | null, to: TaskInstanceState | null): boolean {
  return factsOf(from).to.includes(to);
}

/** A run is finished when it is success or failed; only clearing tasks opens it again. */
export function isRunFinished(state: DagRunState): boolean {
  return state === 'success' || state === 'failed';
}
