import type { TaskError } from './core/outcome.ts';
import type { DagRunState, DagRunType, TaskInstanceState } from './core/states.ts';
import type { ImportError } from './loading/import-error.ts';

/** What the scheduler says while it works: the only output beside the store. Emitted after the change is durable. */
export type SchedulerEvent =
  | {
      readonly type: 'dag_run';
      readonly at: Date;
      readonly dagId: string;
      readonly runId: string;
      readonly runType: DagRunType;
      readonly state: DagRunState;
      readonly reason: string | null;
    }
  | {
      readonly type: 'task_instance';
      readonly at: Date;
      readonly dagId: string;
      readonly runId: string;
      readonly taskId: string;
      /** -1 where the task is not mapped. */
      readonly mapIndex: number;
      readonly tryNumber: number;
      readonly state: TaskInstanceState | null;
      readonly reason: string | null;
      /** Of the attempt that just ended. */
      readonly durationMs?: number;
      readonly error?: TaskError;
      /** What the task returned, on success. */
      readonly result?: unknown;
    }
  | {
      readonly type: 'asset';
      readonly at: Date;
      readonly asset: string;
      readonly dagId: string;
      readonly runId: string;
      readonly taskId: string;
    }
  /** It failed maxConsecutiveFailedRuns times in a row. */
  | { readonly type: 'dag_paused'; readonly at: Date; readonly dagId: string }
  /** A run had not succeeded by then. */
  | {
      readonly type: 'deadline_missed';
      readonly at: Date;
      readonly dagId: string;
      readonly runId: string;
      readonly deadline: Date;
    }
  | ({ readonly type: 'import_error' } & ImportError)
  /** The store could not be reached, or a bug: the scheduler goes on with its next tick. */
  | { readonly type: 'tick_failed'; readonly at: Date; readonly message: string };

export type OnSchedulerEvent = (event: SchedulerEvent) => void;
