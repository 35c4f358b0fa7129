import type { AnyTask, MapArgument } from '../authoring/definition.ts';
import type { MapLengths, PlannedInstance } from './run-plan.ts';
import { factsOf } from './states.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** More instances than this a mapped task never gets; Airflow's max_map_length. */
export const maxMapLength = 1024;

/** What a task is mapped over, by itself or with its group; undefined for a task that is not mapped. */
export function mappingOf(task: AnyTask | undefined): readonly MapArgument[] | undefined {
  return task?.work.kind === 'mapped' ? task.work.over : task?.mapGroup?.over;
}

/** The instances of a run by task. */
export function groupByTask(
  instances: readonly PlannedInstance[],
): ReadonlyMap<string, readonly PlannedInstance[]> {
  const byTask = new Map<string, PlannedInstance[]>();
  for (const instance of instances) {
    const all = byTask.get(instance.taskId);
    if (all === undefined) byTask.set(instance.taskId, [instance]);
    else all.push(instance);
  }
  return byTask;
}

/**
 * The instances that count, by task and in map-index order. Of a mapped task those that it was expanded to, or, before
 * that and where there is nothing to map over, the one at -1. What a shorter list took away does not count.
 */
export function liveInstances(
  { tasks }: LoadedDag,
  byTask: ReadonlyMap<string, readonly PlannedInstance[]>,
): ReadonlyMap<string, readonly PlannedInstance[]> {
  return new Map(
    [...tasks.values()].map((task) => [task.taskId, living(task, byTask.get(task.taskId) ?? [])]),
  );
}

function living(task: AnyTask, all: readonly PlannedInstance[]): readonly PlannedInstance[] {
  const unexpanded = all.filter((each) => each.mapIndex < 0);
  if (mappingOf(task) === undefined) return unexpanded;
  const expanded = all.filter((each) => each.mapIndex >= 0 && each.state !== 'removed');
  return expanded.length > 0 ? expanded.toSorted((a, b) => a.mapIndex - b.mapIndex) : unexpanded;
}

/**
 * What changes where the list that a task is mapped over is longer or shorter than before: values of a rerun upstream
 * count from the moment that an instance could start. `shorter` are to be removed, `back` were and have a value again.
 */
export function resize(
  dag: LoadedDag,
  taskId: string,
  input: {
    readonly all: readonly PlannedInstance[];
    readonly live: readonly PlannedInstance[];
    readonly states: TaskStates;
    readonly mapLengths: MapLengths;
    /** Of the tasks that get the same instances, its group or itself, one could still start. */
    readonly isOpen: boolean;
  },
): {
  readonly shorter: readonly PlannedInstance[];
  readonly back: readonly PlannedInstance[];
  readonly expandTo: number | undefined;
} {
  const { all, live } = input;
  const over = mappingOf(dag.tasks.get(taskId));
  const length = over === undefined ? undefined : mapLength(dag, over, input);
  if (length?.kind !== 'known') return unchanged;
  const back = all.filter(
    ({ state, mapIndex }) => state === 'removed' && mapIndex >= 0 && mapIndex < length.length,
  );
  // What its trigger rule has ended stays ended, whatever its list becomes later.
  if (!input.isOpen) return unchanged;
  const isExpanded = (live[0]?.mapIndex ?? -1) >= 0;
  if (!isExpanded) return { ...unchanged, back };
  const shorter = live.filter((each) => each.mapIndex >= length.length);
  const kept = live.length - shorter.length + back.length;
  return { shorter, back, expandTo: kept < length.length ? length.length : undefined };
}

const unchanged = { shorter: [], back: [], expandTo: undefined } as const;

/** The states of the instances that count. */
export function liveStates(dag: LoadedDag, instances: readonly PlannedInstance[]): TaskStates {
  const live = liveInstances(dag, groupByTask(instances));
  return new Map([...live].map(([taskId, all]) => [taskId, all.map((each) => each.state)]));
}

/** How many instances a mapped task gets, or why that is not known yet or never will be. */
export type MapLength =
  | { readonly kind: 'known'; readonly length: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'mark'; readonly state: 'upstream_failed' | 'skipped'; readonly reason: string };

/** The product of the lengths of all that it is mapped over. */
export function mapLength(
  dag: LoadedDag,
  over: readonly MapArgument[],
  input: { readonly states: TaskStates; readonly mapLengths: MapLengths },
): MapLength {
  const lengths = over.map((each) =>
    each.kind === 'list' ? known(each.values.length) : lengthOfSource(dag, each.from, input),
  );
  const mark = lengths.find((each) => each.kind === 'mark');
  if (mark !== undefined) return mark;
  let product = 1;
  for (const each of lengths) {
    if (each.kind !== 'known') return each;
    product *= each.length;
  }
  if (product <= maxMapLength) return known(product);
  const reason = `it is mapped over ${product} combinations, more than ${maxMapLength}`;
  return { kind: 'mark', state: 'upstream_failed', reason };
}

const known = (length: number): MapLength => ({ kind: 'known', length });

function lengthOfSource(
  { tasks }: LoadedDag,
  from: string,
  { states, mapLengths }: { readonly states: TaskStates; readonly mapLengths: MapLengths },
): MapLength {
  const all = states.get(from) ?? [];
  if (all.length === 0 || all.some((state) => !factsOf(state).finished || state === 'removed')) {
    return { kind: 'wait' };
  }
  const length = mapLengths.get(from) ?? null;
  // A mapped source that succeeded in parts has as many values as succeeded; its trigger rule says if that will do.
  if (all.includes('success')) {
    if (length !== null) return known(length);
    if (mappingOf(tasks.get(from)) !== undefined) return known(0);
    const reason = `${from}, which it is mapped over, returned no list`;
    return { kind: 'mark', state: 'upstream_failed', reason };
  }
  const failed = all.find((state) => factsOf(state).failure);
  const reason = `it is mapped over ${from}, which ${failed === undefined ? 'was skipped' : `is ${failed}`}`;
  return { kind: 'mark', state: failed === undefined ? 'skipped' : 'upstream_failed', reason };
}

/** Which value of each argument an instance gets: the last argument varies fastest. */
export function mapPositions(lengths: readonly number[], mapIndex: number): readonly number[] {
  let rest = mapIndex;
  return lengths
    .toReversed()
    .map((length) => {
      const position = rest % length;
      rest = Math.floor(rest / length);
      return position;
    })
    .toReversed();
}
