import type { Schedule } from '../authoring/schedule.ts';
import type { DagRunType } from './states.ts';
import { timetableOf } from './timetables/timetable-of.ts';

/** Whether time has not asked for another run since this one: now is not past the end of the next interval. */
export function isLatestRun(input: {
  readonly schedule: Schedule;
  readonly startDate: Date | undefined;
  readonly run: {
    readonly runType: DagRunType;
    readonly dataIntervalStart: Date;
    readonly dataIntervalEnd: Date;
  };
  readonly now: Date;
}): boolean {
  const { schedule, startDate, run, now } = input;
  if (run.runType === 'manual' || run.runType === 'asset_triggered') return true;
  const next = timetableOf(schedule, startDate)?.nextDagRunInfo(
    { start: run.dataIntervalStart, end: run.dataIntervalEnd },
    // Also past the endDate: an old run does not become the latest because nothing follows it.
    { earliest: undefined, latest: undefined, catchup: true, now },
  );
  return next === undefined || now <= next.dataInterval.end;
}
