import { parseDurationMs } from '../../lib/duration.ts';
import { parseCron } from '../core/cron-expression.ts';
import { mustTimezone } from '../core/time-zone.ts';
import { schedulerErrors } from '../errors.ts';
import type { AssetExpression } from './asset.ts';
import { dateOf, isInstant, notAnInstant } from './instant.ts';
import type { Instant } from './instant.ts';

/** When a DAG runs by itself; null means only when somebody triggers it. */
export type Schedule = TimeSchedule | AssetSchedule | AssetOrTimeSchedule | null;

/** What time alone drives. */
export type TimeSchedule =
  /** A run at each tick of any of the expressions; `intervalMs` is how far back its data interval reaches. */
  | {
      readonly kind: 'cron';
      /** Five fields, or six with seconds; a preset such as `@daily` is expanded before it is stored. */
      readonly expressions: readonly string[];
      readonly timezone: string;
      readonly intervalMs: number;
    }
  /** A run for each stretch between two ticks, once it is over. */
  | { readonly kind: 'cron_interval'; readonly expression: string; readonly timezone: string }
  | { readonly kind: 'delta'; readonly everyMs: number; readonly intervalMs: number }
  | { readonly kind: 'delta_interval'; readonly everyMs: number }
  | { readonly kind: 'events'; readonly instants: readonly Date[] }
  | { readonly kind: 'once' }
  | { readonly kind: 'continuous' };

export interface AssetSchedule {
  readonly kind: 'assets';
  readonly condition: AssetExpression;
}

export interface AssetOrTimeSchedule {
  readonly kind: 'assets_or_time';
  readonly condition: AssetExpression;
  readonly time: TimeSchedule;
}

/** Options of the schedules that fire at a tick. */
export interface TriggerOptions {
  /** How far back from its tick the data interval of a run reaches: '1d'. Not at all by default. */
  readonly interval?: string;
}

const presets: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@quarterly': '0 0 1 */3 *',
  '@yearly': '0 0 1 1 *',
};

/**
 * A run at each tick of a cron expression, or of several, read in `timezone`:
 * `cron('30 6 * * MON-FRI', 'Europe/Zurich')`. Airflow's CronTriggerTimetable and MultipleCronTriggerTimetable.
 */
export function cron(
  expression: string | readonly string[],
  timezone = 'UTC',
  options: TriggerOptions = {},
): TimeSchedule {
  const expressions = (typeof expression === 'string' ? [expression] : expression).map(mustCron);
  if (expressions.length === 0) throw invalidArgument('cron([]) names no expression');
  const intervalMs = intervalOf(options);
  return { kind: 'cron', expressions, timezone: mustTimezone(timezone), intervalMs };
}

/** A run for each stretch between two ticks, due when it is over: `cronInterval('@daily', zone)`. */
export function cronInterval(expression: string, timezone = 'UTC'): TimeSchedule {
  return { kind: 'cron_interval', expression: mustCron(expression), timezone: mustTimezone(timezone) };
}

/** A run every so often: `every('5m')`. Ticks are multiples of the delta since the DAG's startDate, else since 1970. */
export function every(duration: string, options: TriggerOptions = {}): TimeSchedule {
  return { kind: 'delta', everyMs: mustDelta('every', duration), intervalMs: intervalOf(options) };
}

/** A run for each stretch of that length, due when it is over: `everyInterval('1h')`. */
export function everyInterval(duration: string): TimeSchedule {
  return { kind: 'delta_interval', everyMs: mustDelta('everyInterval', duration) };
}

/** A run at each of these instants. */
export function events(instants: readonly Instant[]): TimeSchedule {
  if (instants.length === 0) throw invalidArgument('events([]) names no instant');
  const bad = instants.findIndex((instant) => !isInstant(instant));
  if (bad >= 0) throw invalidArgument(`events([...]): number ${bad + 1} ${notAnInstant(instants[bad])}`);
  return { kind: 'events', instants: instants.map(dateOf) };
}

/** One run, at startDate or as soon as the DAG is there. */
export function once(): TimeSchedule {
  return { kind: 'once' };
}

/** One run after the other, each as soon as the one before has ended. */
export function continuous(): TimeSchedule {
  return { kind: 'continuous' };
}

/**
 * A run once these assets were produced anew since the last run: `assets(a)`, `assets(allOf(a, b))`,
 * `assets(anyOf(a, allOf(b, c)))`. One run answers for all that was produced until it begins.
 */
export function assets(condition: AssetExpression): AssetSchedule {
  return { kind: 'assets', condition };
}

/** A run by the clock, and one whenever the assets were produced anew. */
export function assetsOrTime(condition: AssetExpression, time: TimeSchedule): AssetOrTimeSchedule {
  return { kind: 'assets_or_time', condition, time };
}

function mustCron(expression: string): string {
  const text = expression.trim().replaceAll(/\s+/g, ' ');
  const expanded = presets[text] ?? text;
  parseCron(expanded);
  return expanded;
}

function mustDelta(door: string, duration: string): number {
  const everyMs = parseDurationMs(duration);
  if (everyMs >= 1000) return everyMs;
  throw invalidArgument(`${door}('${duration}') is below one second`);
}

function intervalOf({ interval }: TriggerOptions): number {
  return interval === undefined ? 0 : parseDurationMs(interval);
}

function invalidArgument(message: string): Error {
  return schedulerErrors.error('DAG_ARGUMENT_INVALID', { message });
}
