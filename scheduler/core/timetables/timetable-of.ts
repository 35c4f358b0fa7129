import type { Schedule, TimeSchedule } from '../../authoring/schedule.ts';
import { dataIntervalTimetable } from './data-interval.ts';
import { continuousTimetable, onceTimetable } from './simple.ts';
import { cronTicks, deltaTicks, listedTicks, unionTicks } from './ticks.ts';
import type { Timetable } from './timetable.ts';
import { justPastTick, latestTick, triggerTimetable } from './trigger.ts';

/** The part of a schedule that time drives. */
export function timeScheduleOf(schedule: Schedule): TimeSchedule | undefined {
  if (schedule === null || schedule.kind === 'assets') return undefined;
  return schedule.kind === 'assets_or_time' ? schedule.time : schedule;
}

/** The timetable of a schedule, or undefined if time does not drive it. Deltas count from startDate, else from 1970. */
export function timetableOf(schedule: Schedule, startDate: Date | undefined): Timetable | undefined {
  const time = timeScheduleOf(schedule);
  return time === undefined ? undefined : timetableOfTime(time, startDate?.getTime() ?? 0);
}

function timetableOfTime(schedule: TimeSchedule, anchorMs: number): Timetable {
  switch (schedule.kind) {
    case 'cron': {
      const all = schedule.expressions.map((each) => cronTicks(each, schedule.timezone));
      return triggerTimetable(unionTicks(all), { intervalMs: schedule.intervalMs, first: justPastTick });
    }
    case 'cron_interval':
      return dataIntervalTimetable(cronTicks(schedule.expression, schedule.timezone));
    case 'delta': {
      const { everyMs, intervalMs } = schedule;
      return triggerTimetable(deltaTicks(everyMs, anchorMs), { intervalMs, first: latestTick });
    }
    case 'delta_interval':
      return dataIntervalTimetable(deltaTicks(schedule.everyMs, anchorMs));
    case 'events':
      return triggerTimetable(listedTicks(schedule.instants), { intervalMs: 0, first: justPastTick });
    case 'once':
      return onceTimetable;
    case 'continuous':
      return continuousTimetable;
  }
}
