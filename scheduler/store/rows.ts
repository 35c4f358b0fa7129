import type { DeadlineOutcome } from '../core/deadline.ts';
import type { TaskError } from '../core/outcome.ts';
import type { DagRunState, DagRunType, TaskInstanceState } from '../core/states.ts';

/** One run of one DAG. */
export interface DagRun {
  readonly dagId: string;
  readonly runId: string;
  readonly runType: DagRunType;
  readonly state: DagRunState;
  readonly logicalDate: Date | null;
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
  readonly runAfter: Date;
  readonly conf: Readonly<Record<string, unknown>>;
  readonly queuedAt: Date;
  readonly startDate: Date | null;
  readonly endDate: Date | null;
  /** How often tasks of a finished run were cleared. */
  readonly clearNumber: number;
  /** Why it ended as it did. */
  readonly reason: string | null;
  /** The active backfill that it is a part of. */
  readonly backfillId: number | null;
  /** By when it must have succeeded. */
  readonly deadlineAt: Date | null;
  readonly deadlineOutcome: DeadlineOutcome | null;
}

/** One task in one run. */
export interface TaskInstance {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  /** -1 where the task is not mapped, or not expanded yet. */
  readonly mapIndex: number;
  /** null: not looked at yet, or cleared. */
  readonly state: TaskInstanceState | null;
  readonly tryNumber: number;
  readonly maxTries: number;
  /** When it comes back, if it is up_for_retry or up_for_reschedule. */
  readonly nextAttemptAt: Date | null;
  readonly startDate: Date | null;
  readonly endDate: Date | null;
  /** Why it is in this state, as far as there is more to say than the state does. */
  readonly reason: string | null;
  /** Error of the newest attempt that failed. */
  readonly error: TaskError | null;
}

/** Names one run; run ids are unique within their DAG only. */
export interface RunKey {
  readonly dagId: string;
  readonly runId: string;
}

/** Names one task in one run. */
export interface TaskKey extends RunKey {
  readonly taskId: string;
  /** Which instance of a mapped task; without it the task as a whole. */
  readonly mapIndex?: number | undefined;
}

/** Names one task instance; -1 where the task is not mapped. */
export interface InstanceKey extends TaskKey {
  readonly mapIndex: number;
}

export interface DagRunRow {
  readonly dag_id: string;
  readonly run_id: string;
  readonly run_type: DagRunType;
  readonly state: DagRunState;
  readonly logical_date: Date | null;
  readonly data_interval_start: Date;
  readonly data_interval_end: Date;
  readonly run_after: Date;
  readonly conf: Readonly<Record<string, unknown>>;
  readonly queued_at: Date;
  readonly start_date: Date | null;
  readonly end_date: Date | null;
  readonly clear_number: number;
  readonly reason: string | null;
  readonly backfill_id: number | null;
  readonly deadline_at: Date | null;
  readonly deadline_outcome: DeadlineOutcome | null;
}

export interface TaskInstanceRow {
  readonly dag_id: string;
  readonly run_id: string;
  readonly task_id: string;
  readonly map_index: number;
  readonly state: TaskInstanceState | null;
  readonly try_number: number;
  readonly max_tries: number;
  readonly token: string | null;
  readonly next_attempt_at: Date | null;
  readonly waiting_since: Date | null;
  readonly start_date: Date | null;
  readonly end_date: Date | null;
  readonly reason: string | null;
}

/** From a row of `dag_run` to the object that leaves the store. */
export function toDagRun(row: DagRunRow): DagRun {
  return {
    dagId: row.dag_id,
    runId: row.run_id,
    runType: row.run_type,
    state: row.state,
    logicalDate: row.logical_date,
    dataIntervalStart: row.data_interval_start,
    dataIntervalEnd: row.data_interval_end,
    runAfter: row.run_after,
    conf: row.conf,
    queuedAt: row.queued_at,
    startDate: row.start_date,
    endDate: row.end_date,
    clearNumber: row.clear_number,
    reason: row.reason,
    backfillId: row.backfill_id,
    deadlineAt: row.deadline_at,
    deadlineOutcome: row.deadline_outcome,
  };
}

/** From a row of `task_instance`, with the error of its newest failed attempt, to the object that leaves the store. */
export function toTaskInstance(row: TaskInstanceRow & { readonly error: TaskError | null }): TaskInstance {
  return {
    dagId: row.dag_id,
    runId: row.run_id,
    taskId: row.task_id,
    mapIndex: row.map_index,
    state: row.state,
    tryNumber: row.try_number,
    maxTries: row.max_tries,
    nextAttemptAt: row.next_attempt_at,
    startDate: row.start_date,
    endDate: row.end_date,
    reason: row.reason,
    error: row.error,
  };
}

/** The key of a task instance as its columns. */
export function keyColumns(key: InstanceKey): Readonly<Record<string, string | number>> {
  return { dag_id: key.dagId, run_id: key.runId, task_id: key.taskId, map_index: key.mapIndex };
}

/** Each run of these keys once. */
export function distinctRuns(keys: readonly RunKey[]): readonly RunKey[] {
  return [...new Map(keys.map((key) => [`${key.dagId}\n${key.runId}`, key])).values()];
}
