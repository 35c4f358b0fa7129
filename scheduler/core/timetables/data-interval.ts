import type { Ticks } from './ticks.ts';
import { exactly, runOfInterval } from './timetable.ts';
import type { TimeRestriction, Timetable } from './timetable.ts';

/** A run for each stretch from one tick to the next, due once the stretch is over. */
export function dataIntervalTimetable(ticks: Ticks): Timetable {
  return {
    nextDagRunInfo: (last, restriction) => {
      const earliest = earliestStart(ticks, restriction);
      // Aligned, as the DAG may have got another schedule since its last run.
      const following = last === null ? undefined : ticks.latest(last.end.getTime());
      const start = Math.max(earliest ?? -Infinity, following ?? -Infinity);
      const end = Number.isFinite(start) ? ticks.next(start) : undefined;
      if (end === undefined || start > (restriction.latest?.getTime() ?? Infinity)) return undefined;
      return runOfInterval(start, end);
    },
    manualDataInterval: (runAfter) => {
      const end = ticks.latest(runAfter.getTime());
      const start = end === undefined ? undefined : ticks.latest(end - 1);
      if (end === undefined || start === undefined) return exactly(runAfter);
      return { start: new Date(start), end: new Date(end) };
    },
  };
}

function earliestStart(ticks: Ticks, { earliest, catchup, now }: TimeRestriction): number | undefined {
  const aligned = earliest === undefined ? undefined : ticks.next(earliest.getTime() - 1);
  if (catchup) return aligned;
  const complete = ticks.latest(now.getTime());
  // The latest interval that is over; the one that begins now is not.
  const start = complete === undefined ? undefined : ticks.latest(complete - 1);
  if (start === undefined) return aligned;
  return Math.max(start, aligned ?? start);
}
