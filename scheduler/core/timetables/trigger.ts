import type { Ticks } from './ticks.ts';
import { runOfInterval } from './timetable.ts';
import type { TimeRestriction, Timetable } from './timetable.ts';

const minuteMs = 60_000;

/** The first tick of a DAG that has neither a start date nor a run. */
export type FirstTick = (ticks: Ticks, nowMs: number) => number | undefined;

/** A run at each tick. Its data interval ends there and is as long as told, by default not at all. */
export function triggerTimetable(ticks: Ticks, options: { intervalMs: number; first: FirstTick }): Timetable {
  return {
    nextDagRunInfo: (last, restriction) => {
      const tick = nextTick(ticks, { ...restriction, lastMs: last?.end.getTime() }, options.first);
      if (tick === undefined || tick > (restriction.latest?.getTime() ?? Infinity)) return undefined;
      return runOfInterval(tick - options.intervalMs, tick);
    },
    manualDataInterval: (runAfter) => {
      return { start: new Date(runAfter.getTime() - options.intervalMs), end: runAfter };
    },
  };
}

function nextTick(
  ticks: Ticks,
  { earliest, catchup, now, lastMs }: TimeRestriction & { readonly lastMs: number | undefined },
  first: FirstTick,
): number | undefined {
  const nowMs = now.getTime();
  if (lastMs === undefined && earliest === undefined) return first(ticks, nowMs);
  // A tick at the very startDate counts.
  const after = Math.max(lastMs ?? -Infinity, (earliest?.getTime() ?? -Infinity) - 1);
  const following = ticks.next(after);
  const past = catchup ? undefined : ticks.latest(nowMs);
  return following !== undefined && past !== undefined && past > following ? past : following;
}

/** The latest tick, however long ago. */
export const latestTick: FirstTick = (ticks, nowMs) => ticks.latest(nowMs);

/**
 * As Airflow's cron trigger timetable begins: a tick that is just past still counts, an older one is not made up for. So
 * what is to run at night does not run at noon because it was deployed then.
 */
export const justPastTick: FirstTick = (ticks, nowMs) => {
  const [past, next] = [ticks.latest(nowMs), ticks.next(nowMs)];
  if (past === undefined) return next;
  const grace = Math.max(next === undefined ? 0 : (next - past) / 10, 5 * minuteMs);
  return nowMs - past <= grace ? past : next;
};
