import type { SchedulerEvent } from './events.ts';
import type { AppliedDecision } from './store/decisions.ts';
import type { DagRun, RunKey } from './store/rows.ts';

/** That a run is in a state. */
export function runEvent({ dagId, runId, runType, state, reason }: DagRun, at: Date): SchedulerEvent {
  return { type: 'dag_run', at, dagId, runId, runType, state, reason };
}

/** That a task instance came into a state. */
export function taskEvent(
  key: RunKey,
  { taskId, mapIndex, tryNumber, to, reason }: AppliedDecision,
  at: Date,
): SchedulerEvent {
  return {
    type: 'task_instance',
    at,
    dagId: key.dagId,
    runId: key.runId,
    taskId,
    mapIndex,
    tryNumber,
    state: to,
    reason,
  };
}
