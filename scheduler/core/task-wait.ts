import { mapLength, mappingOf } from './mapping.ts';
import type { MapLengths } from './run-plan.ts';
import { waitsForPast } from './past.ts';
import type { PastRun } from './past.ts';
import { previouslySkippedBy } from './skip-decision.ts';
import type { RecordedDecision } from './skip-decision.ts';
import { factsOf } from './states.ts';
import type { TaskInstanceState } from './states.ts';
import { indirectSetups, statesSeen, taskVerdict } from './task-verdict.ts';
import type { TaskStates } from './task-verdict.ts';
import type { LoadedDag } from './validate-dag.ts';

/** What is known of a task instance that has not started. */
export interface WaitingInstance {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: TaskInstanceState | null;
  readonly nextAttemptAt: Date | null;
}

/** Whether a task may start now, will never start, or waits, and for what. */
export type Readiness =
  | { readonly kind: 'ready' }
  /** A mapped task whose values are there. */
  | { readonly kind: 'expand'; readonly length: number }
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
    readonly mapLengths: MapLengths;
    readonly past: PastRun;
    readonly skips: readonly RecordedDecision[];
    readonly now: Date;
  },
): Readiness {
  const task = dag.tasks.get(instance.taskId);
  const skipper = previouslySkippedBy(dag, instance.taskId, input);
  if (skipper !== undefined) return { kind: 'mark', state: 'skipped', reason: skipReason(skipper) };
  const over = instance.mapIndex < 0 ? mappingOf(task) : undefined;
  const length = over === undefined ? undefined : mapLength(dag, over, input);
  // Without the values there is nothing to run, whatever the trigger rule says.
  if (length?.kind === 'mark') return length;
  // Each run of a mapped group has its own fate, so that its tasks are expanded before their upstreams end.
  if (task?.mapGroup !== undefined && length?.kind === 'known') return expansionTo(length.length);
  const verdict = taskVerdict(dag, instance, input.states);
  const rule = task?.triggerRule ?? 'all_success';
  if (verdict.kind === 'mark') return { ...verdict, reason: `trigger rule ${rule}` };
  if (verdict.kind === 'wait' || length?.kind === 'wait')
    return waitsForUpstreams(dag, instance, input.states);
  const past = task === undefined ? undefined : waitsForPast(dag, task, input.past);
  if (past !== undefined) return { kind: 'wait', on: 'past', reason: past };
  if (length !== undefined) return expansionTo(length.length);
  const { nextAttemptAt, state } = instance;
  if (nextAttemptAt === null || nextAttemptAt <= input.now) return { kind: 'ready' };
  const what = state === 'up_for_reschedule' ? 'its condition is looked at again' : 'it is tried again';
  return { kind: 'wait', on: 'time', reason: `${what} at ${nextAttemptAt.toISOString()}` };
}

function expansionTo(length: number): Readiness {
  if (length > 0) return { kind: 'expand', length };
  return { kind: 'mark', state: 'skipped', reason: 'there is nothing that it could be mapped over' };
}

/** What is noted of a task that a branch or a short-circuit skipped. */
export function skipReason(by: string): string {
  return `${by} decided to skip it`;
}

function waitsForUpstreams(dag: LoadedDag, instance: WaitingInstance, states: TaskStates): Readiness {
  const { taskId } = instance;
  const seen = (id: string): readonly (TaskInstanceState | null)[] =>
    statesSeen(dag, instance, { of: id, states });
  const above = [...indirectSetups(dag, taskId), ...(dag.graph.upstream.get(taskId) ?? [])];
  const openOf = (id: string): readonly (TaskInstanceState | null)[] =>
    seen(id).filter((state) => !factsOf(state).finished || state === 'removed');
  const open = above.filter((id) => openOf(id).length > 0);
  const named = open.slice(0, 3).map((id) => {
    const all = seen(id).length;
    const [first = null] = openOf(id);
    return all > 1 ? `${id} (${openOf(id).length} of ${all})` : `${id} (${first ?? 'not started'})`;
  });
  const more = open.length > named.length ? ` and ${open.length - named.length} more` : '';
  const rule = dag.tasks.get(taskId)?.triggerRule ?? 'all_success';
  return {
    kind: 'wait',
    on: 'upstreams',
    reason: `trigger rule ${rule} waits for ${named.join(', ')}${more}`,
  };
}
