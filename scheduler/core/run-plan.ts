import type { PastRun } from './past.ts';
import type { RunResult } from './run-state.ts';
import type { RecordedDecision } from './skip-decision.ts';
import type { LimitsInUse } from './slots.ts';
import type { TaskInstanceState } from './states.ts';
import type { LoadedDag } from './validate-dag.ts';

/** A task instance as the planner needs it, with the lease of its current attempt. */
export interface PlannedInstance {
  readonly taskId: string;
  /** -1 where the task is not mapped, or not expanded yet. */
  readonly mapIndex: number;
  readonly state: TaskInstanceState | null;
  readonly tryNumber: number;
  readonly maxTries: number;
  readonly nextAttemptAt: Date | null;
  readonly attempt: { readonly token: string; readonly owner: number; readonly leaseUntil: Date } | null;
}

/** How many values a task that others map over has returned, by task id; null: it returned something else. */
export type MapLengths = ReadonlyMap<string, number | null>;

/** Everything the plan of one run depends on. */
export interface PlanRunInput {
  readonly dag: LoadedDag;
  readonly runKey: string;
  /** When the run began; its timeout counts from here. */
  readonly startedAt: Date;
  readonly instances: readonly PlannedInstance[];
  readonly past: PastRun;
  /** What branches and short-circuits of this run decided. */
  readonly skips: readonly RecordedDecision[];
  readonly now: Date;
  /** Attempts this scheduler may still start. */
  readonly freeSlots: number;
  readonly limits: LimitsInUse;
  readonly mapLengths: MapLengths;
  /** A paused DAG starts nothing new; what runs may end. */
  readonly paused: boolean;
  /** Schedulers that are alive; an attempt of any other is lost, whatever its lease says. */
  readonly liveOwners: ReadonlySet<number>;
}

/** One state change, applied only if the instance is still as the planner saw it. */
export interface TaskDecision {
  readonly taskId: string;
  readonly mapIndex: number;
  readonly from: TaskInstanceState | null;
  readonly fromToken: string | null;
  readonly to: TaskInstanceState | null;
  readonly tryNumber: number;
  readonly nextAttemptAt: Date | null;
  readonly reason: string;
}

/** A mapped task gets one instance for every index below `length`; those that are there stay. */
export interface Expansion {
  readonly taskId: string;
  readonly length: number;
}

/** What to do about one run now. */
export interface RunPlan {
  readonly decisions: readonly TaskDecision[];
  readonly expansions: readonly Expansion[];
  /** Set when the run is over. */
  readonly result: RunResult | undefined;
  /** How many instances could run and got no slot. */
  readonly held: number;
}

/** What a decision changes of an instance. */
export type Change = Pick<TaskDecision, 'to' | 'reason'> &
  Partial<Pick<TaskDecision, 'tryNumber' | 'nextAttemptAt'>>;
