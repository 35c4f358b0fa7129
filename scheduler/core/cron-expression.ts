import { schedulerErrors } from '../errors.ts';

/** A parsed five-field expression: the values at which each field matches. */
export interface CronExpression {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  /** The hour field is exactly `*`: such expressions follow real time over a clock change, see time-zone.ts. */
  readonly everyHour: boolean;
  /** Day of month and day of week are both restricted: then a date matches if either does. */
  readonly eitherDay: boolean;
}

interface FieldSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fieldSpecs: readonly FieldSpec[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day-of-month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: monthNames },
  // 7 is accepted as Sunday and folded to 0 after expansion.
  { name: 'day-of-week', min: 0, max: 7, names: dayNames },
];

const dayMs = 86_400_000;
/** 29 February on a given weekday comes back after at most 40 years (across a skipped leap year such as 2100). */
const searchDays = 366 * 41;

/** Reads `minute hour day-of-month month day-of-week`; throws CRON_INVALID with the field at fault. */
export function parseCron(text: string): CronExpression {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) throw invalid(text, `it has ${fields.length} fields instead of five`);
  const [minutes = [], hours = [], daysOfMonth = [], months = [], rawWeekdays = []] = fieldSpecs.map(
    (spec, index) => expandField(text, spec, fields[index] ?? ''),
  );
  const weekdays = new Set(rawWeekdays.map((day) => day % 7));
  const expression: CronExpression = {
    minutes,
    hours,
    daysOfMonth: new Set(daysOfMonth),
    months: new Set(months),
    daysOfWeek: weekdays,
    everyHour: fields[1] === '*',
    eitherDay: daysOfMonth.length < 31 && weekdays.size < 7,
  };
  if (nextNaiveMatch(expression, 0) === undefined) throw invalid(text, 'no date ever matches it');
  return expression;
}

/**
 * The first match strictly after a naive local time. Naive times are milliseconds as if the wall clock were UTC,
 * so that calendar arithmetic needs no time zone. Undefined when nothing matches within 41 years.
 */
export function nextNaiveMatch(cron: CronExpression, afterNaiveMs: number): number | undefined {
  const from = Math.floor(afterNaiveMs / 60_000) * 60_000 + 60_000;
  const firstDay = Math.floor(from / dayMs) * dayMs;
  for (let day = 0; day < searchDays; day += 1) {
    const midnight = firstDay + day * dayMs;
    if (!dateMatches(cron, new Date(midnight))) continue;
    const time = firstTimeOfDay(cron, Math.max(0, (from - midnight) / 60_000));
    if (time !== undefined) return midnight + time * 60_000;
  }
  return undefined;
}

function dateMatches(cron: CronExpression, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const byMonthDay = cron.daysOfMonth.has(date.getUTCDate());
  const byWeekday = cron.daysOfWeek.has(date.getUTCDay());
  return cron.eitherDay ? byMonthDay || byWeekday : byMonthDay && byWeekday;
}

/** Minutes since midnight of the first match at or after `fromMinute`. */
function firstTimeOfDay(cron: CronExpression, fromMinute: number): number | undefined {
  for (const hour of cron.hours) {
    if (hour * 60 + 59 < fromMinute) continue;
    const minute = cron.minutes.find((each) => hour * 60 + each >= fromMinute);
    if (minute !== undefined) return hour * 60 + minute;
  }
  return undefined;
}

function expandField(text: string, spec: FieldSpec, field: string): readonly number[] {
  const values = new Set(field.split(',').flatMap((part) => expandPart(text, spec, part)));
  return [...values].sort((a, b) => a - b);
}

function expandPart(text: string, spec: FieldSpec, part: string): readonly number[] {
  const match = /^(?:\*|([A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?)(?:\/(\d+))?$/.exec(part);
  if (match === null) throw invalid(text, `its ${spec.name} field has "${part}"`);
  const [, low, high, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  const from = low === undefined ? spec.min : fieldValue(text, spec, low);
  // A single value with a step (`5/15`) runs to the end of the field; `*` in day-of-week stops at 6, not 7.
  const last = spec.name === 'day-of-week' ? 6 : spec.max;
  const single = low !== undefined && stepText === undefined ? from : last;
  const to = high === undefined ? single : fieldValue(text, spec, high);
  if (step < 1 || to < from) throw invalid(text, `its ${spec.name} field has "${part}"`);
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function fieldValue(text: string, spec: FieldSpec, value: string): number {
  const named = spec.names.indexOf(value.toUpperCase());
  const number = named === -1 ? Number(value) : named + spec.min;
  if (Number.isInteger(number) && number >= spec.min && number <= spec.max) return number;
  throw invalid(text, `its ${spec.name} field has "${value}", outside ${spec.min}-${spec.max}`);
}

function invalid(text: string, reason: string): Error {
  return schedulerErrors.error('CRON_INVALID', { message: `cron expression "${text}": ${reason}` });
}
