import { expect } from 'vitest';
import type { AnyTask } from '../../../scheduler/authoring/definition.ts';
import { groupByTask, liveInstances, liveStates, mappingOf } from '../../../scheduler/core/mapping.ts';
import type { MapLengths, PlannedInstance } from '../../../scheduler/core/run-plan.ts';
import type { RecordedDecision } from '../../../scheduler/core/skip-decision.ts';
import type { DagRunState } from '../../../scheduler/core/states.ts';
import type { LoadedDag } from '../../../scheduler/core/validate-dag.ts';

/** A run as the model keeps it in place of the store. */
export interface Run {
  readonly id: string;
  state: DagRunState;
  startedAt: number;
  /** By `task[index]`. */
  readonly instances: Map<string, PlannedInstance>;
  readonly skips: Map<string, RecordedDecision>;
  /** How many values the tasks returned that succeeded. */
  readonly lengths: Map<string, number>;
}

export const idOf = ({ taskId, mapIndex }: Pick<PlannedInstance, 'taskId' | 'mapIndex'>): string =>
  `${taskId}[${mapIndex}]`;

function freshInstance({ taskId, retryPolicy }: AnyTask, mapIndex = -1): PlannedInstance {
  const maxTries = retryPolicy.retries;
  return { taskId, mapIndex, state: null, tryNumber: 0, maxTries, nextAttemptAt: null, attempt: null };
}

/** As the store does: a task of which nothing counts gets an instance. */
export function addMissing(loaded: LoadedDag, run: Run): boolean {
  const counted = liveStates(loaded, [...run.instances.values()]);
  const missing = loaded.definition.tasks.filter(({ taskId }) => (counted.get(taskId) ?? []).length === 0);
  for (const task of missing) run.instances.set(idOf({ ...task, mapIndex: -1 }), freshInstance(task));
  return missing.length > 0;
}

/** As the store counts: of a mapped task every instance that succeeded and still counts gave one value. */
export function mapLengthsOf(loaded: LoadedDag, { instances, lengths }: Run): MapLengths {
  const states = liveStates(loaded, [...instances.values()]);
  return new Map(
    loaded.definition.tasks.map((task) => {
      const { taskId } = task;
      const succeeded = (states.get(taskId) ?? []).filter((state) => state === 'success').length;
      return [taskId, mappingOf(task) !== undefined ? succeeded : (lengths.get(taskId) ?? null)];
    }),
  );
}

export function expand(loaded: LoadedDag, run: Run, taskId: string, length: number): void {
  const task = loaded.tasks.get(taskId);
  if (task === undefined) throw new Error(taskId);
  run.instances.delete(idOf({ taskId, mapIndex: -1 }));
  const before = [...run.instances.values()].filter((each) => each.taskId === taskId);
  for (let index = 0; index < length; index += 1) {
    const known = before.some(({ mapIndex }) => mapIndex === index);
    if (!known) run.instances.set(idOf({ taskId, mapIndex: index }), freshInstance(task, index));
  }
}

/** Of a mapped task those of its instances count that have a value, from index 0 on and without a gap. */
export function checkIndexes(loaded: LoadedDag, run: Run): void {
  for (const task of loaded.definition.tasks) {
    const { taskId } = task;
    const counted = liveInstances(loaded, groupByTask([...run.instances.values()])).get(taskId) ?? [];
    const indexes = counted.map((each) => each.mapIndex);
    const isWhole = mappingOf(task) === undefined || indexes[0] === -1;
    expect(indexes, 'I10').toEqual(isWhole ? [-1] : indexes.map((_, index) => index));
  }
}
