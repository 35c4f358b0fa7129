import { runResult } from './run-state.ts';
import type { RunResult } from './run-state.ts';
import { isEligibleToRetry, retryDelayMs } from './retry-policy.ts';
import { factsOf } from './states.ts';
import type { TaskInstanceState } from './states.ts';
import { evaluateTriggerRule } from './trigger-rules.ts';
import type { LoadedDag } from './validate-dag.ts';

/** A task instance as the planner needs it, with the lease of its current attempt. */
export interface PlannedInstance {
  readonly taskId: string;
  readonly state: TaskInstanceState | null;
  readonly tryNumber: number;
  readonly maxTries: number;
  readonly nextAttemptAt: Date | null;
  readonly attempt: { readonly token: string; readonly owner: number; readonly leaseUntil: Date } | null;
}

/** Everything the plan of one run depends on. */
export interface PlanRunInput {
  readonly dag: LoadedDag;
  readonly runKey: string;
  readonly instances: readonly PlannedInstance[];
  readonly now: Date;
  /** Attempts this scheduler may still start. */
  readonly freeSlots: number;
  /** A paused DAG starts nothing new; what runs may end. */
  readonly paused: boolean;
  /** Schedulers that are alive; an attempt of any other is lost, whatever its lease says. */
  readonly liveOwners: ReadonlySet<number>;
}

/** One state change, applied only if the instance is still as the planner saw it. */
export interface TaskDecision {
  readonly taskId: string;
  readonly from: TaskInstanceState | null;
  readonly fromToken: string | null;
  readonly to: TaskInstanceState | null;
  readonly tryNumber: number;
  readonly nextAttemptAt: Date | null;
  readonly reason: string;
}

/** What to do about one run now. */
export interface RunPlan {
  readonly decisions: readonly TaskDecision[];
  /** Set when the run is over. */
  readonly result: RunResult | undefined;
}

type Change = Pick<TaskDecision, 'to' | 'reason'> &
  Partial<Pick<TaskDecision, 'tryNumber' | 'nextAttemptAt'>>;

/** Decides every state change of one run that is possible now; pure, and idempotent once its plan is applied. */
export function planRun(input: PlanRunInput): RunPlan {
  const { dag } = input;
  const instances = new Map(input.instances.map((instance) => [instance.taskId, instance]));
  const states = new Map(input.instances.map((instance) => [instance.taskId, instance.state]));
  const slots = slotCounter(input);
  const decisions: TaskDecision[] = [];
  const decide = (instance: PlannedInstance, change: Change): void => {
    states.set(instance.taskId, change.to);
    decisions.push(decisionOf(instance, change));
  };

  // Upstreams first, so that a skip or a failure travels through the whole graph in one pass.
  for (const taskId of dag.graph.order) {
    const instance = instances.get(taskId);
    if (instance === undefined) continue;
    const change = planLost(input, instance) ?? planStart(input, instance, states, slots);
    if (change !== undefined) decide(instance, change);
  }
  for (const instance of input.instances) {
    const { finished, holdsSlot } = factsOf(instance.state);
    if (dag.tasks.has(instance.taskId) || finished || holdsSlot) continue;
    decide(instance, { to: 'removed', reason: 'its DAG no longer has this task' });
  }
  // Neither a task that a paused DAG does not start nor one that just lost its attempt is a deadlock.
  const isFinished = dag.graph.order.every((id) => factsOf(states.get(id) ?? null).finished);
  const mayConclude = isFinished || !(input.paused || decisions.some((decision) => decision.to === null));
  return { decisions, result: mayConclude ? runResult(dag.graph, states) : undefined };
}

interface SlotCounter {
  /** Takes a slot if the scheduler and the run both have one left. */
  readonly take: () => boolean;
}

function slotCounter({ dag, instances, freeSlots }: PlanRunInput): SlotCounter {
  let active = instances.filter((instance) => factsOf(instance.state).holdsSlot).length;
  let free = freeSlots;
  return {
    take: () => {
      if (free <= 0 || active >= dag.definition.maxActiveTasks) return false;
      free -= 1;
      active += 1;
      return true;
    },
  };
}

/**
 * An attempt whose process is gone. If the owner is known to be dead the task starts over at once, as Airflow resets
 * the orphans of a dead scheduler; if only its heartbeat stopped, it waits its retry delay. Both count as a try: a
 * task that takes its process down with it must not do so for ever.
 */
function planLost(input: PlanRunInput, instance: PlannedInstance): Change | undefined {
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

function planStart(
  input: PlanRunInput,
  instance: PlannedInstance,
  states: ReadonlyMap<string, TaskInstanceState | null>,
  slots: SlotCounter,
): Change | undefined {
  const { state, taskId } = instance;
  if (state === 'removed') return { to: null, reason: 'its DAG has this task again' };
  if (input.paused) return undefined;
  if (state === 'scheduled') return slots.take() ? { to: 'queued', reason: 'a slot is free' } : undefined;
  if (!factsOf(state).schedulable) return undefined;
  const upstream = input.dag.graph.upstream.get(taskId) ?? [];
  const rule = input.dag.tasks.get(taskId)?.triggerRule ?? 'all_success';
  const verdict = evaluateTriggerRule(
    rule,
    upstream.map((id) => states.get(id) ?? null),
  );
  if (verdict.kind === 'mark') return { to: verdict.state, reason: `trigger rule ${rule}` };
  if (verdict.kind === 'wait') return undefined;
  if (instance.nextAttemptAt !== null && instance.nextAttemptAt > input.now) return undefined;
  // A sensor that comes back to poke is still in the same try.
  const tryNumber = state === 'up_for_reschedule' ? instance.tryNumber : instance.tryNumber + 1;
  if (slots.take()) return { to: 'queued', tryNumber, reason: 'its dependencies are met' };
  return { to: 'scheduled', tryNumber, reason: 'its dependencies are met; no slot is free' };
}

function decisionOf(instance: PlannedInstance, change: Change): TaskDecision {
  return {
    taskId: instance.taskId,
    from: instance.state,
    fromToken: instance.attempt?.token ?? null,
    to: change.to,
    tryNumber: change.tryNumber ?? instance.tryNumber,
    nextAttemptAt: change.nextAttemptAt ?? null,
    reason: change.reason,
  };
}
