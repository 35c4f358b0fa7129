import { failFastReason } from './fail-fast.ts';
import { planLost } from './lost-attempt.ts';
import { tasksMappedWith } from './map-group.ts';
import { mappingOf, resize } from './mapping.ts';
import { createDraft, decisionOf } from './plan-draft.ts';
import type { Draft } from './plan-draft.ts';
import { deadlock, runResult } from './run-state.ts';
import type { Change, PlannedInstance, PlanRunInput, RunPlan } from './run-plan.ts';
import { newlySkipped } from './skip-decision.ts';
import { createSlots } from './slots.ts';
import { factsOf } from './states.ts';
import { isDoneAtOnce } from './task-kind.ts';
import { statesOfTask } from './task-verdict.ts';
import { readinessOf, skipReason } from './task-wait.ts';

/** Decides every state change of one run that is possible now; pure, and idempotent once its plan is applied. */
export function planRun(input: PlanRunInput): RunPlan {
  const { dag } = input;
  if (isOverTime(input)) {
    const reason = 'the run took longer than its dagrunTimeout';
    const decisions = unfinished(input).map((each) => decisionOf(each, { to: 'skipped', reason }));
    return {
      decisions,
      expansions: [],
      result: { state: 'failed', reason: 'timed out: dagrunTimeout' },
      held: 0,
    };
  }
  const draft = createDraft(input);
  const stopped = failFastChange(input);
  const skipped = newlySkipped(dag, input.skips);
  const forced = (instance: PlannedInstance): Change | undefined =>
    planLost(input, instance) ?? stopped(instance) ?? skipChange(instance, skipped) ?? comesBack(instance);
  // Upstreams first, so that a skip or a failure travels through the whole graph in one pass.
  for (const taskId of dag.graph.order) {
    planMapping(input, draft, taskId);
    for (const instance of draft.live(taskId)) {
      const change = forced(instance);
      if (change !== undefined) draft.decide(instance, change);
      else if (!input.paused) planInstance(input, draft, instance);
    }
  }
  const handedOut = handOutSlots(input, draft.ready);
  for (const change of handedOut) draft.decide(...change);
  const held = draft.ready.length - handedOut.filter(([, { to }]) => to === 'queued').length;
  for (const instance of draft.strays()) {
    const { finished, holdsSlot } = factsOf(instance.state);
    if (finished || holdsSlot) continue;
    draft.decide(instance, { to: 'removed', reason: 'its DAG no longer has this task' });
  }
  const { decisions, expansions, states } = draft;
  const open = dag.graph.order.flatMap((id) =>
    statesOfTask(states, id).filter((state) => !factsOf(state).finished),
  );
  // Instances that a longer list brings, anew or back, are not among the states yet.
  const isGrowing = expansions.length > 0 || decisions.some(({ from }) => from === 'removed');
  if (isGrowing) return { decisions, expansions, result: undefined, held };
  if (open.length === 0) return { decisions, expansions, result: runResult(dag, states), held };
  // Nothing but each other's end to wait for. Who waits for time, people, slots or another run is not stuck.
  const isStuck = open.length === draft.stuck.length;
  return { decisions, expansions, result: isStuck ? deadlock([...new Set(draft.stuck)]) : undefined, held };
}

/** Where a mapped task's list has another length than before. */
function planMapping(input: PlanRunInput, draft: Draft, taskId: string): void {
  if (input.paused || mappingOf(input.dag.tasks.get(taskId)) === undefined) return;
  const { states } = draft;
  const ofTask = { all: draft.all(taskId), live: draft.live(taskId), isOpen: isOpen(input, draft, taskId) };
  const { shorter, back, expandTo } = resize(input.dag, taskId, { ...input, ...ofTask, states });
  if (shorter.length > 0) draft.remove(taskId, shorter, 'its list became shorter');
  for (const each of back) draft.decide(each, { to: null, reason: 'its list is long enough again' });
  if (expandTo !== undefined) draft.expansions.push({ taskId, length: expandTo });
}

/** Of a mapped group all tasks have the same instances, so that the list of one counts while any has not ended. */
function isOpen({ dag }: PlanRunInput, draft: Draft, taskId: string): boolean {
  return tasksMappedWith(dag, taskId).some((id) =>
    draft.live(id).some(({ state }) => factsOf(state).schedulable),
  );
}

function planInstance(input: PlanRunInput, draft: Draft, instance: PlannedInstance): void {
  if (instance.state === 'scheduled') return void draft.ready.push(instance);
  if (!factsOf(instance.state).schedulable) return;
  const { taskId } = instance;
  const readiness = readinessOf(input.dag, instance, { ...input, states: draft.states });
  switch (readiness.kind) {
    case 'mark':
      return draft.decide(instance, { to: readiness.state, reason: readiness.reason });
    case 'ready':
      if (!isDoneAtOnce(input.dag.tasks.get(taskId))) return void draft.ready.push(instance);
      return draft.decide(instance, { to: 'success', reason: 'it is empty' });
    case 'expand':
      return void draft.expansions.push({ taskId, length: readiness.length });
    case 'wait':
      if (readiness.on === 'upstreams') draft.stuck.push(taskId);
  }
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
  const reason = failFastReason(dag, instances);
  return ({ taskId, state }) => {
    if (reason === undefined || factsOf(state).finished || dag.tasks.get(taskId)?.isTeardown !== false) {
      return undefined;
    }
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
