import { planLost } from './lost-attempt.ts';
import { deadlock, runResult } from './run-state.ts';
import type { Change, PlannedInstance, PlanRunInput, RunPlan, TaskDecision } from './run-plan.ts';
import { newlySkipped } from './skip-decision.ts';
import { createSlots } from './slots.ts';
import { factsOf } from './states.ts';
import { isDoneAtOnce } from './task-kind.ts';
import { readinessOf, skipReason } from './task-wait.ts';

/** Decides every state change of one run that is possible now; pure, and idempotent once its plan is applied. */
export function planRun(input: PlanRunInput): RunPlan {
  const { dag } = input;
  if (isOverTime(input)) {
    const reason = 'the run took longer than its dagrunTimeout';
    const decisions = unfinished(input).map((each) => decisionOf(each, { to: 'skipped', reason }));
    return { decisions, result: { state: 'failed', reason: 'timed out: dagrunTimeout' } };
  }
  const instances = new Map(input.instances.map((instance) => [instance.taskId, instance]));
  const states = new Map(input.instances.map((instance) => [instance.taskId, instance.state]));
  const decisions: TaskDecision[] = [];
  const decide = (instance: PlannedInstance, change: Change): void => {
    states.set(instance.taskId, change.to);
    decisions.push(decisionOf(instance, change));
  };
  const stopped = failFastChange(input);
  const skipped = newlySkipped(dag, input.skips);
  const ready: PlannedInstance[] = [];
  const stuck: string[] = [];

  // Upstreams first, so that a skip or a failure travels through the whole graph in one pass.
  for (const taskId of dag.graph.order) {
    const instance = instances.get(taskId);
    if (instance === undefined) continue;
    const change =
      planLost(input, instance) ?? stopped(instance) ?? skipChange(instance, skipped) ?? comesBack(instance);
    if (change !== undefined) {
      decide(instance, change);
    } else if (!input.paused && instance.state === 'scheduled') {
      ready.push(instance);
    } else if (!input.paused && factsOf(instance.state).schedulable) {
      const readiness = readinessOf(dag, instance, { ...input, states });
      if (readiness.kind === 'mark') decide(instance, { to: readiness.state, reason: readiness.reason });
      if (readiness.kind === 'ready') {
        if (isDoneAtOnce(dag.tasks.get(taskId))) decide(instance, { to: 'success', reason: 'it is empty' });
        else ready.push(instance);
      }
      if (readiness.kind === 'wait' && readiness.on === 'upstreams') stuck.push(taskId);
    }
  }
  for (const change of handOutSlots(input, ready)) decide(...change);
  for (const instance of input.instances) {
    const { finished, holdsSlot } = factsOf(instance.state);
    if (dag.tasks.has(instance.taskId) || finished || holdsSlot) continue;
    decide(instance, { to: 'removed', reason: 'its DAG no longer has this task' });
  }
  const open = dag.graph.order.filter((id) => !factsOf(states.get(id) ?? null).finished);
  if (open.length === 0) return { decisions, result: runResult(dag, states) };
  // Nothing but each other's end to wait for. Who waits for time, people, slots or another run is not stuck.
  return { decisions, result: open.length === stuck.length ? deadlock(stuck) : undefined };
}

function isOverTime({ dag, startedAt, now }: PlanRunInput): boolean {
  const { dagrunTimeoutMs } = dag.definition;
  return dagrunTimeoutMs !== undefined && now.getTime() >= startedAt.getTime() + dagrunTimeoutMs;
}

function unfinished({ instances }: PlanRunInput): readonly PlannedInstance[] {
  return instances.filter((instance) => !factsOf(instance.state).finished);
}

/** With failFast the first failure stops the run: what runs fails, the rest is skipped, teardowns go on. */
function failFastChange({ dag, instances }: PlanRunInput): (instance: PlannedInstance) => Change | undefined {
  const failed = dag.definition.failFast
    ? instances.find((each) => each.state === 'failed' && dag.tasks.get(each.taskId)?.isTeardown === false)
    : undefined;
  return ({ taskId, state }) => {
    if (failed === undefined || factsOf(state).finished || dag.tasks.get(taskId)?.isTeardown !== false) {
      return undefined;
    }
    const reason = `failFast: ${failed.taskId} failed`;
    return { to: state === 'running' ? 'failed' : 'skipped', reason };
  };
}

/** Whatever it does: a short-circuit skips also what has begun below it. */
function skipChange(
  { taskId, state }: PlannedInstance,
  skipped: ReadonlyMap<string, string>,
): Change | undefined {
  const by = skipped.get(taskId);
  return by === undefined || factsOf(state).finished ? undefined : { to: 'skipped', reason: skipReason(by) };
}

function comesBack({ state }: PlannedInstance): Change | undefined {
  return state === 'removed' ? { to: null, reason: 'its DAG has this task again' } : undefined;
}

/** The most urgent first; among equals those that were declared first. */
function handOutSlots(
  input: PlanRunInput,
  ready: readonly PlannedInstance[],
): readonly (readonly [PlannedInstance, Change])[] {
  const { dag, instances, freeSlots: free, limits } = input;
  const active = instances.filter((instance) => factsOf(instance.state).holdsSlot).length;
  const slots = createSlots({ free, active, limits, maxActiveTasks: dag.definition.maxActiveTasks });
  const priorityOf = ({ taskId }: PlannedInstance): number => dag.priorities.get(taskId) ?? 0;
  return ready
    .toSorted((a, b) => priorityOf(b) - priorityOf(a))
    .flatMap((instance): readonly (readonly [PlannedInstance, Change])[] => {
      const task = dag.tasks.get(instance.taskId);
      const change = task === undefined ? undefined : startChange(instance, slots.take(task));
      return change === undefined ? [] : [[instance, change]];
    });
}

function startChange(instance: PlannedInstance, waitsFor: string | undefined): Change | undefined {
  const { state } = instance;
  if (state === 'scheduled') {
    return waitsFor === undefined ? { to: 'queued', reason: 'a slot is free' } : undefined;
  }
  // A sensor that comes back to poke is still in the same try.
  const tryNumber = state === 'up_for_reschedule' ? instance.tryNumber : instance.tryNumber + 1;
  const reason = 'its dependencies are met';
  if (waitsFor === undefined) return { to: 'queued', tryNumber, reason };
  return { to: 'scheduled', tryNumber, reason: `${reason}; ${waitsFor}` };
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
