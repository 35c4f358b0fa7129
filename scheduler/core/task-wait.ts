import { waitsForPast } from './past.ts';
import type { PastRun } from './past.ts';
import { previouslySkippedBy } from './skip-decision.ts';
import type { RecordedDecision } from './skip-decision.ts';
import { factsOf } from './states.ts';
import type { TaskInstanceState } from './states.ts';
import { indirectSetups, taskVerdict } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** What is known of a task instance that has not started. */
export interface WaitingInstance {
  readonly taskId: string;
  readonly state: TaskInstanceState | null;
  readonly nextAttemptAt: Date | null;
}

/** Whether a task may start now, will never start, or waits, and for what. */
export type Readiness =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'mark';
      readonly state: 'upstream_failed' | 'skipped' | 'removed';
      readonly reason: string;
    }
  /** `upstreams`: only other tasks of this run can end the wait. Anything else ends by time, people or other runs. */
  | { readonly kind: 'wait'; readonly on: 'upstreams' | 'past' | 'time'; readonly reason: string };

/** Looks at everything but slots; pure. Marks come first: what will never run need not wait. */
export function readinessOf(
  dag: LoadedDag,
  instance: WaitingInstance,
  input: {
    readonly states: TaskStates;
    readonly past: PastRun;
    readonly skips: readonly RecordedDecision[];
    readonly now: Date;
  },
): Readiness {
  const task = dag.tasks.get(instance.taskId);
  const skipper = previouslySkippedBy(dag, instance.taskId, input);
  if (skipper !== undefined) return { kind: 'mark', state: 'skipped', reason: skipReason(skipper) };
  const verdict = taskVerdict(dag, instance.taskId, input.states);
  const rule = task?.triggerRule ?? 'all_success';
  if (verdict.kind === 'mark') return { ...verdict, reason: `trigger rule ${rule}` };
  if (verdict.kind === 'wait') return waitsForUpstreams(dag, instance.taskId, input.states);
  const past = task === undefined ? undefined : waitsForPast(dag, task, input.past);
  if (past !== undefined) return { kind: 'wait', on: 'past', reason: past };
  const { nextAttemptAt, state } = instance;
  if (nextAttemptAt === null || nextAttemptAt <= input.now) return { kind: 'ready' };
  const what = state === 'up_for_reschedule' ? 'its condition is looked at again' : 'it is tried again';
  return { kind: 'wait', on: 'time', reason: `${what} at ${nextAttemptAt.toISOString()}` };
}

/** What is noted of a task that a branch or a short-circuit skipped. */
export function skipReason(by: string): string {
  return `${by} decided to skip it`;
}

function waitsForUpstreams(dag: LoadedDag, taskId: string, states: TaskStates): Readiness {
  const stateOf = (id: string): TaskInstanceState | null => states.get(id) ?? null;
  const above = [...indirectSetups(dag, taskId), ...(dag.graph.upstream.get(taskId) ?? [])];
  const open = above.filter((id) => !factsOf(stateOf(id)).finished || stateOf(id) === 'removed');
  const named = open.slice(0, 3).map((id) => `${id} (${stateOf(id) ?? 'not started'})`);
  const more = open.length > named.length ? ` and ${open.length - named.length} more` : '';
  const rule = dag.tasks.get(taskId)?.triggerRule ?? 'all_success';
  return {
    kind: 'wait',
    on: 'upstreams',
    reason: `trigger rule ${rule} waits for ${named.join(', ')}${more}`,
  };
}
