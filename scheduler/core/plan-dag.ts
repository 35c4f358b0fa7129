import { isSatisfied } from '../authoring/asset.ts';
import type { AssetExpression } from '../authoring/asset.ts';
import type { Schedule } from '../authoring/schedule.ts';
import type { DagRunType } from './states.ts';
import type { DagRunInfo, DataInterval } from './timetables/timetable.ts';
import { timetableOf } from './timetables/timetable-of.ts';
import type { LoadedDag } from './validate-dag.ts';

/** An asset event that waits for a DAG scheduled on it. */
export interface QueuedAssetEvent {
  readonly eventId: string;
  readonly asset: string;
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
}

/** Everything the next run of a DAG depends on. */
export interface PlanDagInput {
  readonly dag: LoadedDag;
  /** The DAG's own schedule, or what the command line put in its place. */
  readonly schedule: Schedule;
  readonly paused: boolean;
  /** Queued and running runs, of every type. */
  readonly activeRuns: number;
  /** What the newest scheduled run covers. */
  readonly lastInterval: DataInterval | null;
  readonly queuedEvents: readonly QueuedAssetEvent[];
  readonly now: Date;
}

/** A run to create. */
export interface NewDagRun {
  readonly runId: string;
  readonly runType: DagRunType;
  readonly logicalDate: Date | null;
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
  readonly runAfter: Date;
  /** Asset events this run answers. */
  readonly consumes: readonly string[];
}

/** What to do about one DAG now. */
export interface DagPlan {
  readonly create: NewDagRun | undefined;
  /** The next scheduled run that is not created yet; undefined if time asks for none. */
  readonly next: DagRunInfo | undefined;
}

/** Decides whether a DAG gets its next run; pure. At the limit of active runs nothing is created, nor forgotten. */
export function planDag(input: PlanDagInput): DagPlan {
  const { dag, schedule, now } = input;
  const mayCreate = !input.paused && input.activeRuns < dag.definition.maxActiveRuns;
  const next = nextDagRun(input, input.lastInterval);
  if (mayCreate && next !== undefined && next.runAfter <= now) {
    return { create: scheduledRun(next), next: nextDagRun(input, next.dataInterval) };
  }
  if (mayCreate && schedule !== null && 'condition' in schedule) {
    return { create: assetRun(input, schedule.condition), next };
  }
  return { create: undefined, next };
}

/** The run that time asks for after one that covered `last`. */
export function nextDagRun(
  { dag, schedule, now }: Pick<PlanDagInput, 'dag' | 'schedule' | 'now'>,
  last: DataInterval | null,
): DagRunInfo | undefined {
  const { startDate, endDate, catchup } = dag.definition;
  const restriction = { earliest: startDate, latest: endDate, catchup, now };
  return timetableOf(schedule, startDate)?.nextDagRunInfo(last, restriction);
}

/** `scheduled__2026-11-23T10:05:00+00:00`, as Airflow writes run ids: the instant from which the run may start. */
export function runIdOf(runType: DagRunType, at: Date): string {
  const text = at.toISOString().replace(/\.000Z$/, 'Z');
  return `${runType}__${text.replace('Z', '+00:00')}`;
}

function scheduledRun({ dataInterval, logicalDate, runAfter }: DagRunInfo): NewDagRun {
  return {
    runId: runIdOf('scheduled', runAfter),
    runType: 'scheduled',
    logicalDate,
    dataIntervalStart: dataInterval.start,
    dataIntervalEnd: dataInterval.end,
    runAfter,
    consumes: [],
  };
}

/** One run consumes every queued event; its data interval is the union of the producers' intervals. */
function assetRun({ queuedEvents, now }: PlanDagInput, condition: AssetExpression): NewDagRun | undefined {
  if (!isSatisfied(condition, new Set(queuedEvents.map((event) => event.asset)))) return undefined;
  const starts = queuedEvents.map((event) => event.dataIntervalStart.getTime());
  const ends = queuedEvents.map((event) => event.dataIntervalEnd.getTime());
  return {
    runId: runIdOf('asset_triggered', now),
    runType: 'asset_triggered',
    logicalDate: null,
    dataIntervalStart: new Date(Math.min(...starts)),
    dataIntervalEnd: new Date(Math.max(...ends)),
    runAfter: now,
    consumes: queuedEvents.map((event) => event.eventId),
  };
}
