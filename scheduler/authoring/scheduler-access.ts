import type { DagRunState, TaskInstanceState } from '../core/states.ts';
import type { Asset } from './asset.ts';

/** An asset that was produced. */
export interface AssetEvent {
  readonly createdAt: Date;
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
}

/** Tasks of another DAG, or its runs as a whole, at certain logical dates. */
export interface ExternalTasks {
  readonly dagId: string;
  /** None: the state of the run. */
  readonly taskIds: readonly string[];
  readonly logicalDates: readonly Date[];
}

/** What a task may ask of the scheduler, or have it do. */
export interface SchedulerAccess {
  /** Makes a manual run, unless there is one of that id. Resolves to false where nothing is recorded: in a test. */
  readonly triggerDag: (
    dagId: string,
    options: { readonly runId: string; readonly conf: Readonly<Record<string, unknown>> },
  ) => Promise<boolean>;
  readonly runState: (dagId: string, runId: string) => Promise<DagRunState | undefined>;
  /** Whether the DAG is loaded, and has that task. */
  readonly hasTask: (dagId: string, taskId?: string) => Promise<boolean>;
  /** One state for each task and date that has been looked at; fewer where there is no run yet. */
  readonly statesAt: (tasks: ExternalTasks) => Promise<readonly (TaskInstanceState | DagRunState | null)[]>;
  readonly latestAssetEvent: (asset: Asset) => Promise<AssetEvent | undefined>;
}
