import type { CronSchedule, DeltaSchedule, Schedule } from '../authoring/schedule.ts';
import { nextNaiveMatch, parseCron } from './cron-expression.ts';
import type { CronExpression } from './cron-expression.ts';
import { fromNaive, toNaive } from './time-zone.ts';

/**
 * The ticks of a time schedule; pure. Runs follow Airflow 3's trigger timetables: a run fires at its tick, which is
 * its logical date and both ends of its data interval.
 */
export interface Timetable {
  /** The first tick strictly after an instant. */
  readonly next: (afterMs: number) => number;
  /** The last tick at or before an instant. */
  readonly latest: (atMs: number) => number;
  /** The first tick of a DAG that has neither a start date nor a run. */
  readonly first: (nowMs: number) => number;
}

/** What decides the next tick of a DAG. */
export interface NextTickInput {
  readonly timetable: Timetable;
  /** Tick of the newest scheduled run, if there was one. */
  readonly last: Date | null;
  readonly startDate: Date | undefined;
  readonly catchup: boolean;
  readonly now: Date;
}

/** The timetable of a schedule, or undefined if time does not drive it. */
export function timetableOf(schedule: Schedule, startDate: Date | undefined): Timetable | undefined {
  if (schedule === null || schedule.kind === 'assets') return undefined;
  return schedule.kind === 'cron' ? cronTimetable(schedule) : deltaTimetable(schedule, startDate);
}

/**
 * The tick that the next scheduled run belongs to; it is due when it is not in the future.
 * With catchup every tick since the last one (or since startDate) comes in turn; without, ticks missed while nobody
 * ran collapse into the latest one.
 */
export function nextTick({ timetable, last, startDate, catchup, now }: NextTickInput): Date | undefined {
  const first = startDate === undefined ? undefined : timetable.next(startDate.getTime() - 1);
  const following = last === null ? undefined : timetable.next(last.getTime());
  if (catchup) {
    const tick = following ?? first;
    return tick === undefined ? undefined : new Date(Math.max(tick, first ?? tick));
  }
  const latest = timetable.latest(now.getTime());
  const beginning = last === null && startDate === undefined ? timetable.first(now.getTime()) : latest;
  return new Date(Math.max(beginning, following ?? -Infinity, first ?? -Infinity));
}

function deltaTimetable({ everyMs }: DeltaSchedule, startDate: Date | undefined): Timetable {
  const anchor = startDate?.getTime() ?? 0;
  const latest = (atMs: number): number => anchor + Math.floor((atMs - anchor) / everyMs) * everyMs;
  return { latest, next: (afterMs) => latest(afterMs) + everyMs, first: latest };
}

function cronTimetable({ expression, timezone }: CronSchedule): Timetable {
  const parsed = parseCron(expression);
  const next = (afterMs: number): number => nextFireTime(parsed, timezone, afterMs);
  const latest = (atMs: number): number => latestBySteps(next, atMs);
  return { next, latest, first: (nowMs) => firstTick(latest(nowMs), next(nowMs), nowMs) };
}

const minuteMs = 60_000;

/**
 * As Airflow's cron trigger timetable begins: a tick that is just past still counts, an older one is not made up for. So
 * what is to run at night does not run at noon because it was deployed then.
 */
function firstTick(past: number, next: number, nowMs: number): number {
  const grace = Math.max((next - past) / 10, 5 * minuteMs);
  return nowMs - past <= grace ? past : next;
}

/**
 * With a bare `*` hour the naive difference is added to the instant, so that both passes through a repeated hour
 * fire; otherwise the wall-clock time is attached to the zone, see fromNaive.
 */
function nextFireTime(cron: CronExpression, timezone: string, afterMs: number): number {
  const naive = toNaive(afterMs, timezone);
  const match = nextNaiveMatch(cron, naive);
  // parseCron refuses expressions that never match.
  if (match === undefined) throw new RangeError('a cron expression without a match');
  if (cron.everyHour) return afterMs + (match - naive);
  return fromNaive(match, timezone);
}

const hourMs = 3_600_000;
const lookbacks = [hourMs, 25 * hourMs, 32 * 24 * hourMs, 367 * 24 * hourMs, 41 * 366 * 24 * hourMs];

/**
 * Walks forward from ever earlier starts until a tick falls at or before the instant. Walking backwards would not
 * do: over a clock change the previous-tick function is not the inverse of the next-tick function.
 */
function latestBySteps(next: (afterMs: number) => number, atMs: number): number {
  for (const lookback of lookbacks) {
    let tick = next(atMs - lookback);
    if (tick > atMs) continue;
    for (let following = next(tick); following <= atMs; following = next(tick)) tick = following;
    return tick;
  }
  throw new RangeError('a cron expression without a match');
}
