import { closure } from './graph.ts';
import { tasksMappedWith } from './map-group.ts';
import type { LoadedDag } from './validate-dag.ts';

/** Which tasks of a DAG somebody means; none named: all of them. */
export interface TaskSelection {
  readonly taskIds?: readonly string[] | undefined;
  /** Of the tasks that are named only this instance, and of their mapped groups only this run; all tasks are mapped. */
  readonly mapIndex?: number | undefined;
  /** Also everything that they depend on. */
  readonly upstream?: boolean | undefined;
  /** Also everything that depends on them. */
  readonly downstream?: boolean | undefined;
}

/** Task ids in running order, each with why it was selected. */
export type SelectedTasks = ReadonlyMap<string, string>;

/** The tasks that are meant; ids must exist. */
export function selectTasks(dag: LoadedDag, selection: TaskSelection): SelectedTasks {
  const { order, upstream, downstream } = dag.graph;
  if (selection.taskIds === undefined) return new Map(order.map((id) => [id, 'every task is meant']));
  const why = new Map(selection.taskIds.map((id) => [id, 'it was named']));
  for (const id of selection.taskIds) {
    if (selection.downstream === true) note(why, closure(downstream, [id]), `it depends on ${id}`);
    if (selection.upstream === true) note(why, closure(upstream, [id]), `${id} depends on it`);
  }
  return inOrder(dag, why);
}

/** Whether an instance of a selected task is meant, or one that a selected task has brought along. */
export function instanceFilter(
  dag: LoadedDag,
  { taskIds = [], mapIndex }: TaskSelection,
): (instance: { readonly taskId: string; readonly mapIndex: number }) => boolean {
  if (mapIndex === undefined) return () => true;
  const byIndex = new Set(taskIds.flatMap((taskId) => tasksMappedWith(dag, taskId)));
  return (instance) => instance.mapIndex === mapIndex || !byIndex.has(instance.taskId);
}

/**
 * A selection that is to run again, with what Airflow adds: the setups in whose scope a selected task lies, and their
 * teardowns. A setup counts if it has no teardown, or one that is downstream of the task.
 */
export function withSetups(dag: LoadedDag, selected: SelectedTasks): SelectedTasks {
  const { upstream, downstream } = dag.graph;
  const why = new Map(selected);
  for (const id of selected.keys()) {
    const below = closure(downstream, downstream.get(id) ?? []);
    for (const setup of closure(upstream, upstream.get(id) ?? [])) {
      if (!dag.setups.has(setup)) continue;
      const teardowns = (downstream.get(setup) ?? []).filter((each) => dag.tasks.get(each)?.isTeardown);
      if (teardowns.length > 0 && !teardowns.some((each) => below.has(each))) continue;
      note(why, [setup], `it is a setup of ${id}`);
      note(
        why,
        teardowns.filter((each) => each !== id),
        `it is the teardown of ${setup}`,
      );
    }
  }
  return inOrder(dag, why);
}

/** The first reason stays. */
function note(why: Map<string, string>, ids: Iterable<string>, reason: string): void {
  for (const id of ids) if (!why.has(id)) why.set(id, reason);
}

function inOrder({ graph }: LoadedDag, why: ReadonlyMap<string, string>): SelectedTasks {
  return new Map(graph.order.flatMap((id) => (why.has(id) ? [[id, why.get(id) ?? '']] : [])));
}
