import type { LoadedDag } from './validate-dag.ts';
import type { AssetSchedule, Schedule } from '../authoring/schedule.ts';
import type { DagRunType } from './states.ts';
import { nextTick, timetableOf } from './timetable.ts';

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
  readonly lastTick: Date | null;
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
  /** Tick of the next scheduled run, for display; null if time does not drive the DAG. */
  readonly nextTick: Date | null;
}

/** Decides whether a DAG gets its next run; pure. At the limit of active runs nothing is created, nor forgotten. */
export function planDag(input: PlanDagInput): DagPlan {
  const { dag, schedule, now } = input;
  const mayCreate = !input.paused && input.activeRuns < dag.definition.maxActiveRuns;
  if (schedule?.kind === 'assets') {
    const create = mayCreate ? assetRun(input, schedule) : undefined;
    return { create, nextTick: null };
  }
  const { startDate, catchup } = dag.definition;
  const timetable = timetableOf(schedule, startDate);
  if (timetable === undefined) return { create: undefined, nextTick: null };
  const tick = nextTick({ timetable, last: input.lastTick, startDate, catchup, now });
  if (tick === undefined || tick > now || !mayCreate) return { create: undefined, nextTick: tick ?? null };
  return { create: scheduledRun(tick), nextTick: new Date(timetable.next(tick.getTime())) };
}

/** `scheduled__2026-11-23T10:05:00+00:00`, as Airflow writes run ids. */
export function runIdOf(runType: DagRunType, at: Date): string {
  const text = at.toISOString().replace(/\.000Z$/, 'Z');
  return `${runType}__${text.replace('Z', '+00:00')}`;
}

function scheduledRun(tick: Date): NewDagRun {
  return {
    runId: runIdOf('scheduled', tick),
    runType: 'scheduled',
    logicalDate: tick,
    dataIntervalStart: tick,
    dataIntervalEnd: tick,
    runAfter: tick,
    consumes: [],
  };
}

/** One run consumes every queued event; its data interval is the union of the producers' intervals. */
function assetRun({ queuedEvents, now }: PlanDagInput, schedule: AssetSchedule): NewDagRun | undefined {
  const produced = new Set(queuedEvents.map((event) => event.asset));
  const isProduced = ({ name }: AssetSchedule['assets'][number]): boolean => produced.has(name);
  const isDue =
    schedule.match === 'all' ? schedule.assets.every(isProduced) : schedule.assets.some(isProduced);
  if (!isDue) return undefined;
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
