import { failedUpstreams } from './failed-upstreams.ts';
import { liveStates } from './mapping.ts';
import type { PlannedInstance, PlanRunInput } from './run-plan.ts';
import { createSlots } from './slots.ts';
import { factsOf } from './states.ts';
import type { DagRunState } from './states.ts';
import { readinessOf } from './task-wait.ts';

/** What the question needs beside the planner's facts. */
export interface ExplainInput extends PlanRunInput {
  readonly runId: string;
  readonly runState: DagRunState;
  /** The backfill that the run belongs to: it begins its runs by limits of its own. */
  readonly backfill?: RunningBackfill | undefined;
  /** Why the task got the state it has, as it was noted then. */
  readonly reason: string | null;
}

/** What of a backfill keeps its runs from beginning. */
export interface RunningBackfill {
  readonly id: number;
  readonly isPaused: boolean;
  readonly maxActiveRuns: number;
}

/** Says in one sentence why a task has not run and what it waits for; pure, by the same functions that plan. */
export function explain(input: ExplainInput, key: InstanceId): string {
  const { dag, runId, runState, reason } = input;
  const { dagId } = dag.definition;
  const instance = input.instances.find(isSame(key));
  const state = instance?.state ?? null;
  if (state !== null && factsOf(state).finished) {
    const failed =
      state === 'upstream_failed' ? failedUpstreams(dag, key, liveStates(dag, input.instances)) : undefined;
    const because = [reason, failed].filter((each) => each !== null && each !== undefined).join('; ');
    return `It is ${state}${because === '' ? '' : `: ${because}`}.`;
  }
  const owner = instance?.attempt?.owner;
  if (owner !== undefined && !input.liveOwners.has(owner)) {
    return 'The scheduler that had it is gone; the next pass of a running scheduler takes it up.';
  }
  if (state === 'running') return `It runs now, try ${instance?.tryNumber ?? 1}.`;
  if (state === 'queued') return 'It has a slot and is about to start.';
  if (state === 'restarting')
    return 'It was cleared while it ran; once that attempt has stopped it starts over.';
  if (input.paused) return `DAG ${dagId} is paused; nothing new starts until it is unpaused.`;
  if (runState === 'queued') return `Run ${runId} has not begun; it waits until ${beginsOnce(input)}.`;
  if (runState !== 'running') return `Run ${runId} is over (${runState}); it never got to this task.`;
  return explainWait(input, key);
}

function beginsOnce({ dag, backfill }: ExplainInput): string {
  const { dagId, maxActiveRuns } = dag.definition;
  if (backfill === undefined)
    return `fewer than ${maxActiveRuns} runs of ${dagId} are active (maxActiveRuns)`;
  if (backfill.isPaused)
    return `backfill ${backfill.id} is unpaused (\`shopwave backfill unpause ${backfill.id}\`)`;
  return `fewer than ${backfill.maxActiveRuns} runs of backfill ${backfill.id} are active (--max-active-runs)`;
}

/** Which instance is asked about. */
export type InstanceId = Pick<PlannedInstance, 'taskId' | 'mapIndex'>;

/** Whether it is the one that is asked about. */
export const isSame =
  ({ taskId, mapIndex }: InstanceId) =>
  (each: InstanceId): boolean =>
    each.taskId === taskId && each.mapIndex === mapIndex;

function explainWait(input: ExplainInput, key: InstanceId): string {
  const { dag, instances, limits } = input;
  const task = dag.tasks.get(key.taskId);
  const found = instances.find(isSame(key));
  const instance = found ?? { ...key, state: null, nextAttemptAt: null };
  if (task === undefined) return 'Its DAG no longer has this task.';
  const states = liveStates(dag, instances);
  const readiness = readinessOf(dag, instance, { ...input, states });
  if (instance.state !== 'scheduled' && readiness.kind === 'wait') return `It waits: ${readiness.reason}.`;
  if (instance.state !== 'scheduled' && readiness.kind === 'mark') {
    return `It will not run: it is about to become ${readiness.state} (${readiness.reason}).`;
  }
  if (readiness.kind === 'expand')
    return 'It waits for nothing: the next pass of a running scheduler expands it.';
  const active = instances.filter((each) => factsOf(each.state).holdsSlot).length;
  const { maxActiveTasks } = dag.definition;
  const missing = createSlots({ free: input.freeSlots, active, maxActiveTasks, limits }).take(task);
  if (missing !== undefined) return `Its dependencies are met; it waits for a slot: ${missing}.`;
  return 'It waits for nothing: the next pass of a running scheduler starts it.';
}
