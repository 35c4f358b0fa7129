import type { Change, PlannedInstance, PlanRunInput } from './run-plan.ts';
import { isEligibleToRetry, retryDelayMs } from './retry-policy.ts';
import { factsOf } from './states.ts';

/**
 * An attempt whose process is gone. If the owner is known to be dead the task starts over at once, as Airflow resets
 * the orphans of a dead scheduler; if only its heartbeat stopped, it waits its retry delay. Both count as a try: a
 * task that takes its process down with it must not do so for ever.
 */
export function planLost(input: PlanRunInput, instance: PlannedInstance): Change | undefined {
  const { attempt, state } = instance;
  if (attempt === null || !factsOf(state).holdsSlot) return undefined;
  const ownerDied = !input.liveOwners.has(attempt.owner);
  if (!ownerDied && attempt.leaseUntil > input.now) return undefined;
  const reason = ownerDied ? 'the scheduler that ran it died' : 'its heartbeat was lost';
  if (state === 'restarting') return { to: null, reason: 'cleared' };
  // An attempt that was only queued never ran, so it cannot have done harm: it costs no try's outcome.
  if (state === 'queued') return { to: null, reason };
  if (!isEligibleToRetry(instance.tryNumber, instance.maxTries)) return { to: 'failed', reason };
  if (ownerDied) return { to: null, reason };
  return { to: 'up_for_retry', reason, nextAttemptAt: retryAt(input, instance) };
}

function retryAt({ dag, runKey, now }: PlanRunInput, { taskId, tryNumber }: PlannedInstance): Date {
  const policy = dag.tasks.get(taskId)?.retryPolicy;
  const key = { dagId: dag.definition.dagId, taskId, runKey, tryNumber };
  return new Date(now.getTime() + (policy === undefined ? 0 : retryDelayMs(policy, key)));
}
