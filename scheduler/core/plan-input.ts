import type { PastRun } from './past.ts';
import type { MapLengths, PlannedInstance, PlanRunInput } from './run-plan.ts';
import type { RecordedDecision } from './skip-decision.ts';
import type { LimitsInUse } from './slots.ts';
import type { LoadedDag } from './validate-dag.ts';

/** What the store knows about a run, in the planner's words. */
export function planInput(
  dag: LoadedDag,
  facts: {
    readonly run: {
      readonly runId: string;
      readonly logicalDate: Date | null;
      readonly startDate: Date | null;
    };
    readonly instances: readonly PlannedInstance[];
    readonly liveOwners: ReadonlySet<number>;
    readonly past: PastRun;
    readonly skips: readonly RecordedDecision[];
    readonly limits: LimitsInUse;
    readonly mapLengths: MapLengths;
  },
  now: Date,
): Omit<PlanRunInput, 'paused' | 'freeSlots'> {
  const { run, ...rest } = facts;
  const runKey = run.logicalDate?.toISOString() ?? run.runId;
  return { ...rest, dag, now, runKey, startedAt: run.startDate ?? now };
}
