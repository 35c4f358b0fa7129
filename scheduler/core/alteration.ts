import type { DagRunState, TaskInstanceState } from './states.ts';

/** A task instance as it is recorded when somebody wants it changed. */
export interface RecordedInstance {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly state: TaskInstanceState | null;
  readonly tryNumber: number;
}

/** A run with its instances, as recorded. */
export interface RecordedRun {
  readonly runId: string;
  readonly state: DagRunState;
  readonly instances: readonly RecordedInstance[];
}

/** What somebody's command does to one task instance, and why to this one. */
export interface TaskAlteration {
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly from: TaskInstanceState | null;
  readonly to: TaskInstanceState | null;
  /** Tries in all from now on; undefined: as many as before. */
  readonly maxTries: number | undefined;
  /** Why it is among what changes. */
  readonly why: string;
}

/** A finished run that opens again and waits its turn as a queued one. */
export interface RunAlteration {
  readonly runId: string;
  readonly from: DagRunState;
  readonly to: 'queued';
  readonly why: string;
}

/** Everything that a command changes: what `--dry-run` shows is what is done. */
export interface Alteration {
  readonly tasks: readonly TaskAlteration[];
  readonly runs: readonly RunAlteration[];
}

/** The alteration of several runs, oldest first. */
export function joinAlterations(all: readonly Alteration[]): Alteration {
  return { tasks: all.flatMap((each) => each.tasks), runs: all.flatMap((each) => each.runs) };
}
