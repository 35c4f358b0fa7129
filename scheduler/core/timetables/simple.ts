import { exactly, runOfInterval } from './timetable.ts';
import type { Timetable } from './timetable.ts';

/** One run, at startDate or as soon as the DAG is there. */
export const onceTimetable: Timetable = {
  nextDagRunInfo: (last, { earliest, latest, now }) => {
    const at = (earliest ?? now).getTime();
    if (last !== null || at > (latest?.getTime() ?? Infinity)) return undefined;
    return runOfInterval(at, at);
  },
  manualDataInterval: exactly,
};

/** The next run as soon as the last one has ended. Each covers the time since the one before. */
export const continuousTimetable: Timetable = {
  nextDagRunInfo: (last, { earliest, latest, now }) => {
    const start = (last?.end ?? earliest ?? now).getTime();
    const end = Math.max(start, now.getTime());
    return end > (latest?.getTime() ?? Infinity) ? undefined : runOfInterval(start, end);
  },
  manualDataInterval: exactly,
};
