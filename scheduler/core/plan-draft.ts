import { groupByTask, liveInstances } from './mapping.ts';
import type { Change, Expansion, PlannedInstance, PlanRunInput, TaskDecision } from './run-plan.ts';
import type { TaskStates } from './task-verdict.ts';

/** A plan while it is made: what was decided so far, and the states as they would be then. */
export interface Draft {
  readonly decisions: TaskDecision[];
  readonly expansions: Expansion[];
  /** What only waits for a slot. */
  readonly ready: PlannedInstance[];
  /** Tasks that only wait for others of their run, one entry an instance. */
  readonly stuck: string[];
  readonly states: TaskStates;
  /** Every instance of a task. */
  readonly all: (taskId: string) => readonly PlannedInstance[];
  /** Those that count. */
  readonly live: (taskId: string) => readonly PlannedInstance[];
  /** Those that do not: their task is gone, or is mapped now and was not, or the other way round. */
  readonly strays: () => readonly PlannedInstance[];
  readonly decide: (instance: PlannedInstance, change: Change) => void;
  /** Instances of a mapped task that no longer count. */
  readonly remove: (taskId: string, instances: readonly PlannedInstance[], reason: string) => void;
}

/** An empty plan over the instances as they are. */
export function createDraft({ dag, instances }: PlanRunInput): Draft {
  const byTask = groupByTask(instances);
  const live = new Map(liveInstances(dag, byTask));
  const states = new Map([...live].map(([taskId, all]) => [taskId, all.map(({ state }) => state)]));
  const began = new Set([...live.values()].flat());
  const decisions: TaskDecision[] = [];
  return {
    decisions,
    expansions: [],
    ready: [],
    stuck: [],
    states,
    all: (taskId) => byTask.get(taskId) ?? [],
    live: (taskId) => live.get(taskId) ?? [],
    strays: () => instances.filter((instance) => !began.has(instance)),
    decide: (instance, change) => {
      const position = live.get(instance.taskId)?.indexOf(instance) ?? -1;
      const ofTask = states.get(instance.taskId);
      if (ofTask !== undefined && position >= 0) ofTask[position] = change.to;
      decisions.push(decisionOf(instance, change));
    },
    remove: (taskId, gone, reason) => {
      const kept = (live.get(taskId) ?? []).filter((instance) => !gone.includes(instance));
      live.set(taskId, kept);
      states.set(
        taskId,
        kept.map(({ state }) => state),
      );
      for (const instance of gone) decisions.push(decisionOf(instance, { to: 'removed', reason }));
    },
  };
}

/** What an instance becomes, and what it must still be for that. */
export function decisionOf(instance: PlannedInstance, change: Change): TaskDecision {
  return {
    taskId: instance.taskId,
    mapIndex: instance.mapIndex,
    from: instance.state,
    fromToken: instance.attempt?.token ?? null,
    to: change.to,
    tryNumber: change.tryNumber ?? instance.tryNumber,
    nextAttemptAt: change.nextAttemptAt ?? null,
    reason: change.reason,
  };
}
