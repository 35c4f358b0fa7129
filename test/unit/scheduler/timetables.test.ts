import { describe, expect, test } from 'vitest';
import {
  continuous,
  cron,
  cronInterval,
  events,
  every,
  everyInterval,
  once,
} from '../../../scheduler/authoring/schedule.ts';
import type { Schedule } from '../../../scheduler/authoring/schedule.ts';
import { timetableOf } from '../../../scheduler/core/timetables/timetable-of.ts';
import type { DagRunInfo, DataInterval } from '../../../scheduler/core/timetables/timetable.ts';

interface Question {
  /** Interval of the last run, `10:00` or `10:00-10:05`. */
  readonly last?: string;
  readonly start?: string;
  readonly end?: string;
  readonly catchup?: boolean;
  readonly now: string;
}

/** `10:05` is that time on 2 March 2026, `03T10:05` on another day of the month. */
const at = (text: string): Date =>
  new Date(text.includes('T') ? `2026-03-${text}:00Z` : `2026-03-02T${text}:00Z`);
const show = (date: Date): string => date.toISOString().slice(8, 16).replace('02T', '');
const showInterval = ({ start, end }: DataInterval): string =>
  start.getTime() === end.getTime() ? show(end) : `${show(start)}-${show(end)}`;

function interval(text: string): DataInterval {
  const [start = '', end = start] = text.split('-');
  return { start: at(start), end: at(end) };
}

/** The data interval of the next run; each run is due at its end, and dated by its start. */
function ask(schedule: Schedule, { last, start, end, catchup = false, now }: Question): string {
  const startDate = start === undefined ? undefined : at(start);
  const latest = end === undefined ? undefined : at(end);
  const restriction = { earliest: startDate, latest, catchup, now: at(now) };
  const timetable = timetableOf(schedule, startDate);
  const info = timetable?.nextDagRunInfo(last === undefined ? null : interval(last), restriction);
  if (info === undefined) return 'none';
  expect(info.runAfter).toEqual(info.dataInterval.end);
  expect(info.logicalDate).toEqual(info.dataInterval.start);
  return showInterval(info.dataInterval);
}

type Case = readonly [name: string, question: Question, answer: string];

function table(name: string, schedule: Schedule, cases: readonly Case[]): void {
  describe(name, () => {
    test.each(cases)('%s', (_, question, answer) => expect(ask(schedule, question)).toBe(answer));
  });
}

table('a delta trigger', every('5m'), [
  ['the first run is for the latest tick', { now: '10:02' }, '10:00'],
  ['a tick is not repeated', { last: '10:00', now: '10:02' }, '10:05'],
  ['missed ticks collapse into the latest', { last: '09:00', now: '10:02' }, '10:00'],
  ['nothing before startDate', { start: '11:01', now: '10:02' }, '11:01'],
  ['catchup goes on after the last', { last: '09:01', catchup: true, start: '08:01', now: '10:02' }, '09:06'],
  ['catchup begins at startDate', { catchup: true, start: '08:01', now: '10:02' }, '08:01'],
  ['a startDate moved on holds', { last: '09:00', catchup: true, start: '09:30', now: '10:02' }, '09:30'],
  ['a clock set back creates nothing anew', { last: '10:00', now: '09:02' }, '10:05'],
  ['endDate itself still counts', { last: '09:55', now: '10:02', end: '10:00' }, '10:00'],
  ['nothing after endDate', { last: '09:55', now: '10:02', end: '09:59' }, 'none'],
]);

table('a delta trigger that reaches back', every('5m', { interval: '1h' }), [
  ['first', { now: '10:02' }, '09:00-10:00'],
  ['next', { last: '09:00-10:00', now: '10:02' }, '09:05-10:05'],
]);

table('a cron trigger', cron('20 3 * * *'), [
  ['a night job deployed at noon waits for the night', { now: '12:00' }, '03T03:20'],
  ['deployed two hours after its time it runs at once', { now: '05:20' }, '03:20'],
  ['one that has run before makes up for what was missed, once', { last: '01T03:20', now: '12:00' }, '03:20'],
  ['with a startDate the latest past tick counts', { start: '01T00:00', now: '12:00' }, '03:20'],
  ['catchup', { start: '01T00:00', catchup: true, now: '12:00' }, '01T03:20'],
  ['startDate on a tick counts', { start: '01T03:20', catchup: true, now: '12:00' }, '01T03:20'],
]);

table('an hourly cron trigger', cron('0 * * * *'), [
  ['three minutes past', { now: '12:03' }, '12:00'],
  ['twenty minutes past', { now: '12:20' }, '13:00'],
]);

table(
  'several cron triggers',
  cron(['0 9 * * *', '0 12 * * *', '0 12,15 * * *'], 'UTC', { interval: '1h' }),
  [
    ['the earliest of all that follow', { last: '08:00-09:00', now: '09:30' }, '11:00-12:00'],
    ['an instant of two expressions gives one run', { last: '11:00-12:00', now: '12:30' }, '14:00-15:00'],
    ['the latest of all that were missed', { last: '01T08:00-01T09:00', now: '13:00' }, '11:00-12:00'],
  ],
);

table('a cron data interval', cronInterval('0 0 * * *'), [
  ['the first run covers the latest complete interval', { now: '10:00' }, '01T00:00-00:00'],
  ['on the boundary the interval that just ended', { now: '00:00' }, '01T00:00-00:00'],
  [
    'then the one that runs now, due when it is over',
    { last: '01T00:00-00:00', now: '10:00' },
    '00:00-03T00:00',
  ],
  ['missed ones collapse', { last: '01T00:00-00:00', now: '05T10:00' }, '04T00:00-05T00:00'],
  [
    'catchup takes them in turn',
    { last: '01T00:00-00:00', catchup: true, start: '01T00:00', now: '05T10:00' },
    '00:00-03T00:00',
  ],
  [
    'it begins at the first tick from startDate',
    { catchup: true, start: '01T10:00', now: '05T10:00' },
    '00:00-03T00:00',
  ],
  ['startDate in the future', { start: '07T10:00', now: '10:00' }, '08T00:00-09T00:00'],
  [
    'an interval that begins at endDate counts',
    { last: '01T00:00-00:00', now: '10:00', end: '00:00' },
    '00:00-03T00:00',
  ],
  ['one that begins later does not', { last: '00:00-03T00:00', now: '10:00', end: '00:00' }, 'none'],
  ['catchup without anything to begin from', { catchup: true, now: '10:00' }, 'none'],
  ['after a change of schedule it is aligned', { last: '06:00-06:30', now: '10:00' }, '00:00-03T00:00'],
]);

table('a delta data interval', everyInterval('1h'), [
  ['first', { now: '10:20' }, '09:00-10:00'],
  ['next', { last: '09:00-10:00', now: '10:20' }, '10:00-11:00'],
  ['counted from startDate', { start: '01T00:10', now: '10:20' }, '09:10-10:10'],
  ['catchup', { start: '01T00:10', catchup: true, now: '10:20' }, '01T00:10-01T01:10'],
]);

table('listed events', events([at('12:00'), at('09:00'), at('11:00')]), [
  ['one that is just past', { now: '09:03' }, '09:00'],
  ['one long past is not made up for at first', { now: '10:00' }, '11:00'],
  ['in order', { last: '09:00', now: '10:00' }, '11:00'],
  ['missed ones collapse', { last: '09:00', now: '13:00' }, '12:00'],
  ['catchup takes them in turn', { last: '09:00', catchup: true, now: '13:00' }, '11:00'],
  ['none is left', { last: '12:00', now: '13:00' }, 'none'],
]);

table('once', once(), [
  ['as soon as the DAG is there', { now: '10:00' }, '10:00'],
  ['at startDate', { start: '11:00', now: '10:00' }, '11:00'],
  ['not again', { last: '10:00', now: '13:00' }, 'none'],
  ['not after endDate', { start: '11:00', end: '10:30', now: '10:00' }, 'none'],
]);

table('continuous', continuous(), [
  ['covers the time since startDate', { start: '09:00', now: '10:00' }, '09:00-10:00'],
  ['then the time since the last run', { last: '09:00-10:00', now: '10:30' }, '10:00-10:30'],
  ['until endDate', { last: '09:00-10:00', end: '10:15', now: '10:30' }, 'none'],
]);

test.each([
  [cronInterval('@daily'), '01T00:00-00:00'],
  [everyInterval('1h'), '09:00-10:00'],
  [cron('@daily', 'UTC', { interval: '1d' }), '01T10:20-10:20'],
  [every('5m'), '10:20'],
  [once(), '10:20'],
] as const)('a run by hand covers what the timetable says: %o', (schedule, expected) => {
  const covered = timetableOf(schedule, undefined)?.manualDataInterval(at('10:20'));
  expect(covered === undefined ? '' : showInterval(covered)).toBe(expected);
});

test('over a clock change the intervals of a day have no gap and no overlap', () => {
  const timetable = timetableOf(cronInterval('0 2 * * *', 'Europe/Zurich'), undefined);
  let last: DataInterval | null = null;
  for (let day = 0; day < 400; day += 1) {
    const now = new Date('2027-06-01T00:00:00Z');
    const earliest = new Date('2026-03-20T00:00:00Z');
    const info: DagRunInfo | undefined = timetable?.nextDagRunInfo(last, {
      earliest,
      latest: undefined,
      catchup: true,
      now,
    });
    if (info === undefined) throw new Error('a run a day');
    const hours = (info.dataInterval.end.getTime() - info.dataInterval.start.getTime()) / 3_600_000;
    expect([23, 24, 25]).toContain(hours);
    if (last !== null) expect(info.dataInterval.start).toEqual(last.end);
    last = info.dataInterval;
  }
});
