import type { Schedule } from '../authoring/schedule.ts';
import { schedulerErrors } from '../errors.ts';
import { looksBack } from './past.ts';
import { runIdOf } from './plan-dag.ts';
import type { DagRunState } from './states.ts';
import { isRunFinished } from './states.ts';
import type { DagRunInfo, DataInterval } from './timetables/timetable.ts';
import { timeScheduleOf, timetableOf } from './timetables/timetable-of.ts';
import type { LoadedDag } from './validate-dag.ts';

/** Which runs that are there already run again: none, those that failed, or every one that is over. */
export type ReprocessBehavior = 'none' | 'failed' | 'completed';

/** What to fill in. */
export interface BackfillRequest {
  /** First tick or start of an interval that counts. */
  readonly from: Date;
  /** Last one that counts. */
  readonly to: Date;
  readonly runBackwards: boolean;
  readonly reprocess: ReprocessBehavior;
}

/** A run of the DAG that is there already. */
export interface ExistingRun {
  readonly runId: string;
  readonly state: DagRunState;
}

/** What a backfill does about one interval. */
export interface BackfillStep {
  readonly action: 'create' | 'rerun' | 'leave';
  readonly runId: string;
  readonly info: DagRunInfo;
  readonly why: string;
}

/** No backfill is that long by intention; each run is a row at once. */
const mostIntervals = 10_000;

/** The intervals that the DAG's timetable has between two instants and that are over, oldest first; pure. */
export function backfillIntervals(
  { dag, schedule }: { readonly dag: LoadedDag; readonly schedule: Schedule },
  { from, to }: Pick<BackfillRequest, 'from' | 'to'>,
  now: Date,
): readonly DagRunInfo[] {
  const { dagId, startDate } = dag.definition;
  if (from > to) throw invalid(`it begins after it ends: ${from.toISOString()} > ${to.toISOString()}`);
  const kind = timeScheduleOf(schedule)?.kind;
  const timetable = timetableOf(schedule, startDate);
  if (timetable === undefined || kind === 'once' || kind === 'continuous') {
    throw invalid(`DAG ${dagId} has no schedule that divides time into runs (${schedule?.kind ?? 'manual'})`);
  }
  const infos: DagRunInfo[] = [];
  let last: DataInterval | null = null;
  for (;;) {
    const restriction = { earliest: from, latest: to, catchup: true, now };
    const info: DagRunInfo | undefined = timetable.nextDagRunInfo(last, restriction);
    if (info === undefined || info.runAfter > now) return infos;
    if (infos.length === mostIntervals) throw invalid(`it has more than ${mostIntervals} intervals`);
    infos.push(info);
    last = info.dataInterval;
  }
}

/** What a backfill does, in the order in which it does it; pure. Runs are known by their logical dates. */
export function planBackfill(
  dag: LoadedDag,
  request: BackfillRequest,
  facts: { readonly infos: readonly DagRunInfo[]; readonly existing: ReadonlyMap<number, ExistingRun> },
): readonly BackfillStep[] {
  refusePast(dag, request);
  const steps = facts.infos.map((info): BackfillStep => {
    const found = facts.existing.get(info.logicalDate.getTime());
    if (found === undefined) {
      return { action: 'create', runId: runIdOf('backfill', info.runAfter), info, why: 'it has no run' };
    }
    return { ...decide(found, request.reprocess), runId: found.runId, info };
  });
  return request.runBackwards ? steps.toReversed() : steps;
}

function decide({ state }: ExistingRun, reprocess: ReprocessBehavior): Pick<BackfillStep, 'action' | 'why'> {
  if (!isRunFinished(state)) return { action: 'leave', why: `in flight: its run is ${state}` };
  const isMeant = reprocess === 'completed' || (reprocess === 'failed' && state === 'failed');
  if (isMeant) return { action: 'rerun', why: `its run is ${state}, and ${reprocess} ones run again` };
  return { action: 'leave', why: `already exists: its run is ${state}` };
}

/** As Airflow refuses them: backwards each run would wait for the next, and a gap before it would stop the first. */
function refusePast({ definition }: LoadedDag, { runBackwards, reprocess }: BackfillRequest): void {
  const task = definition.tasks.find(looksBack);
  if (task === undefined) return;
  const because = `task ${task.taskId} depends on its past`;
  if (runBackwards) throw invalid(`it cannot run backwards: ${because}`);
  if (reprocess === 'none')
    throw invalid(`runs that are there must run again, failed or completed: ${because}`);
}

function invalid(message: string): Error {
  return schedulerErrors.error('BACKFILL_INVALID', { message });
}
