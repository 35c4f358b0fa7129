import { closure } from './graph.ts';
import { statesOfTask } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** What a branch or a short-circuit decided about the tasks below it. */
export type SkipDecision =
  /** Of the tasks right below, only these and what else lies below these go on. */
  | { readonly kind: 'follow'; readonly taskIds: readonly string[] }
  /** Everything right below is skipped, or everything below whatever its trigger rule; teardowns never. */
  | { readonly kind: 'skip'; readonly reach: 'direct' | 'all' };

/** A decision as the run keeps it until the task that took it starts over. */
export interface RecordedDecision {
  readonly by: string;
  readonly decision: SkipDecision;
  /** A task of this decision that was cleared later is only held by it if it lies right below. */
  readonly isCarriedOut: boolean;
}

/**
 * Which tasks a decision skips; Airflow's SkipMixin. A task right below a branch that is also below one which is
 * followed is a join, and not skipped.
 */
export function skippedBy(
  { graph, tasks }: LoadedDag,
  by: string,
  decision: SkipDecision,
): readonly string[] {
  const direct = graph.downstream.get(by) ?? [];
  if (decision.kind === 'follow') {
    const followed = closure(graph.downstream, decision.taskIds);
    return direct.filter((taskId) => !followed.has(taskId));
  }
  const below = decision.reach === 'direct' ? direct : [...closure(graph.downstream, direct)];
  return below.filter((taskId) => tasks.get(taskId)?.isTeardown !== true);
}

/** What was just decided: these tasks are skipped now, wherever they are; by task id, with who decided it. */
export function newlySkipped(
  dag: LoadedDag,
  decisions: readonly RecordedDecision[],
): ReadonlyMap<string, string> {
  const open = decisions.filter((each) => !each.isCarriedOut);
  return new Map(
    open.flatMap(({ by, decision }) => skippedBy(dag, by, decision).map((id): [string, string] => [id, by])),
  );
}

/**
 * Who right above a task decided that it is skipped: so a task that is cleared alone is skipped again (Airflow's
 * NotPreviouslySkippedDep). One further below a short-circuit is not, and goes by its trigger rule.
 */
export function previouslySkippedBy(
  dag: LoadedDag,
  taskId: string,
  input: { readonly states: TaskStates; readonly skips: readonly RecordedDecision[] },
): string | undefined {
  const direct = dag.graph.upstream.get(taskId) ?? [];
  return input.skips.find(({ by, decision }) => {
    const isDecided = direct.includes(by) && statesOfTask(input.states, by).includes('success');
    return isDecided && skippedBy(dag, by, decision).includes(taskId);
  })?.by;
}
