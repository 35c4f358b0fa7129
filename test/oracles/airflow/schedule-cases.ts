import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { cron, cronInterval, events, every, everyInterval, once } from '../../../scheduler/index.ts';
import type { Schedule } from '../../../scheduler/index.ts';
import { timetableOf } from '../../../scheduler/core/timetables/timetable-of.ts';
import type { DagRunInfo, DataInterval } from '../../../scheduler/core/timetables/timetable.ts';

const kinds = ['cron', 'cron_interval', 'delta', 'delta_interval', 'once', 'events'] as const;

const groupShape = z.strictObject({
  about: z.string(),
  kinds: z.array(z.enum(kinds)),
  expressions: z.array(z.string()).default(['']),
  timezones: z.array(z.string()).default(['UTC']),
  every_seconds: z.array(z.int()).default([0]),
  instants: z.array(z.string()).default([]),
  start_dates: z.array(z.iso.datetime().nullable()),
  end_date: z.iso.datetime().optional(),
  interval_seconds: z.int().default(0),
  catchup: z.boolean().default(false),
  now: z.iso.datetime().default('2027-06-15T12:00:00Z'),
});

/** One schedule, as it is also given to Airflow. */
export interface ScheduleCase {
  readonly id: string;
  readonly kind: (typeof kinds)[number];
  readonly expressions: readonly string[];
  readonly timezone: string;
  readonly every_seconds: number;
  readonly interval_seconds: number;
  readonly instants: readonly string[];
  readonly start_date: string | null;
  readonly end_date: string | null;
  readonly catchup: boolean;
  readonly now: string;
}

const runsAsked = 20;

/** Every combination of what schedules.yml lists. */
export async function readScheduleCases(): Promise<readonly ScheduleCase[]> {
  const text = await readFile(path.join(import.meta.dirname, 'schedules.yml'), 'utf8');
  const parsed = z.record(z.string(), groupShape).safeParse(parse(text));
  if (!parsed.success) throw new Error(`schedules.yml: ${z.prettifyError(parsed.error)}`);
  return Object.entries(parsed.data).flatMap(([name, group]) =>
    group.kinds.flatMap((kind) =>
      group.expressions.flatMap((expression) =>
        group.timezones.flatMap((timezone) =>
          group.every_seconds.flatMap((seconds) =>
            group.start_dates.map((start): ScheduleCase => {
              const what = kind.startsWith('cron') ? `${expression} ${timezone}` : `${seconds} s`;
              return {
                id: `schedules.${name}: ${kind} ${what} from ${start ?? 'nowhere'}`,
                kind,
                expressions: expression.split(' | '),
                timezone,
                every_seconds: seconds,
                interval_seconds: group.interval_seconds,
                instants: group.instants,
                start_date: start,
                end_date: group.end_date ?? null,
                catchup: group.catchup,
                now: group.now,
              };
            }),
          ),
        ),
      ),
    ),
  );
}

/** The next runs by our timetables, one text each: interval and the time from which the run may start. */
export function ourFireTimes(one: ScheduleCase): readonly string[] {
  const startDate = one.start_date === null ? undefined : new Date(one.start_date);
  const timetable = timetableOf(scheduleOf(one), startDate);
  const latest = one.end_date === null ? undefined : new Date(one.end_date);
  const restriction = { earliest: startDate, latest, catchup: one.catchup, now: new Date(one.now) };
  const found: string[] = [];
  let last: DataInterval | null = null;
  while (found.length < runsAsked) {
    const next: DagRunInfo | undefined = timetable?.nextDagRunInfo(last, restriction);
    if (next === undefined) break;
    const { start, end }: DataInterval = next.dataInterval;
    last = { start, end };
    found.push([start, end, next.runAfter].map((at) => at.toISOString()).join(' '));
  }
  return found;
}

function scheduleOf(one: ScheduleCase): Schedule {
  const [first = ''] = one.expressions;
  const options = { interval: `${one.interval_seconds}s` };
  switch (one.kind) {
    case 'cron':
      return cron(one.expressions, one.timezone, options);
    case 'cron_interval':
      return cronInterval(first, one.timezone);
    case 'delta':
      return every(`${one.every_seconds}s`, options);
    case 'delta_interval':
      return everyInterval(`${one.every_seconds}s`);
    case 'once':
      return once();
    case 'events':
      return events(one.instants.map((each) => new Date(each)));
  }
}
