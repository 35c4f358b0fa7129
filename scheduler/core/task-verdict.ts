import { closure } from './graph.ts';
import type { TaskInstanceState } from './states.ts';
import { evaluateIndirectSetups, evaluateTriggerRule } from './trigger-rules.ts';
import type { TriggerVerdict } from './trigger-rules.ts';
import type { LoadedDag } from './validate-dag.ts';

/** States of the instances of every task of one run, by task id: one, or those of a mapped task in map-index order. */
export type TaskStates = ReadonlyMap<string, readonly (TaskInstanceState | null)[]>;

/** The states of one task; a task that was never looked at has one instance without a state. */
export function statesOfTask(states: TaskStates, taskId: string): readonly (TaskInstanceState | null)[] {
  const found = states.get(taskId) ?? [];
  return found.length === 0 ? [null] : found;
}

/** The states of a task that count for an instance: of one in the same mapped group only that of its own index. */
export function statesSeen(
  dag: LoadedDag,
  { taskId, mapIndex }: { readonly taskId: string; readonly mapIndex: number },
  { of, states }: { readonly of: string; readonly states: TaskStates },
): readonly (TaskInstanceState | null)[] {
  const all = statesOfTask(states, of);
  const group = mapIndex < 0 ? undefined : dag.tasks.get(taskId)?.mapGroup;
  if (group === undefined || dag.tasks.get(of)?.mapGroup !== group) return all;
  // One that is not expanded stands for all of them.
  const [whole = null] = all;
  return [all[mapIndex] ?? (all.length === 1 ? whole : null)];
}

/** What the upstreams of a task say about it: its setups first, then its trigger rule. */
export function taskVerdict(
  dag: LoadedDag,
  { taskId, mapIndex }: { readonly taskId: string; readonly mapIndex: number },
  states: TaskStates,
): TriggerVerdict {
  const seen = (id: string): readonly (TaskInstanceState | null)[] =>
    statesSeen(dag, { taskId, mapIndex }, { of: id, states });
  const setups = evaluateIndirectSetups(indirectSetups(dag, taskId).flatMap(seen));
  if (setups.kind !== 'run') return setups;
  const upstreams = (dag.graph.upstream.get(taskId) ?? []).flatMap((id) => {
    return seen(id).map((state) => ({ state, isSetup: dag.setups.has(id) }));
  });
  return evaluateTriggerRule(dag.tasks.get(taskId)?.triggerRule ?? 'all_success', upstreams, mapIndex);
}

/**
 * Setups above a task, not directly, in whose scope it is: between the setup and its teardown, or anywhere below a
 * setup that has none. A teardown has none: it runs whatever became of the others.
 */
export function indirectSetups({ graph, tasks, setups }: LoadedDag, taskId: string): readonly string[] {
  if (setups.size === 0 || tasks.get(taskId)?.isTeardown !== false) return [];
  const direct = graph.upstream.get(taskId) ?? [];
  const above = closure(graph.upstream, direct);
  const below = closure(graph.downstream, graph.downstream.get(taskId) ?? []);
  return [...setups].filter((id) => {
    if (!above.has(id) || direct.includes(id)) return false;
    const teardowns = (graph.downstream.get(id) ?? []).filter((each) => tasks.get(each)?.isTeardown);
    return teardowns.length === 0 || teardowns.some((each) => below.has(each));
  });
}
