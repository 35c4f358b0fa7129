import { expandField, fieldSpecs, fieldValue, invalid } from './cron-field.ts';

/** A parsed expression: the values at which each field matches. The dialect is croniter's, which Airflow uses. */
export interface CronExpression {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly days: DayRule;
  /** The hour field allows every hour: such expressions follow real time over a clock change, see time-zone.ts. */
  readonly everyHour: boolean;
}

/** Which dates match within a month. */
interface DayRule {
  readonly daysOfMonth: ReadonlySet<number>;
  /** `L`: the last day of the month. */
  readonly lastDay: boolean;
  readonly daysOfWeek: ReadonlySet<number>;
  /** `FRI#2` or `L5`. They alone decide the date, whatever the day of month says. */
  readonly nthWeekdays: readonly NthWeekday[];
  /** Day of month and day of week are both restricted: then a date matches if either does. */
  readonly either: boolean;
}

interface NthWeekday {
  readonly weekday: number;
  readonly nth: number | 'last';
}

const dayMs = 86_400_000;
/** 29 February on a given weekday comes back after at most 40 years (across a skipped leap year such as 2100). */
const searchDays = 366 * 41;

/**
 * Reads `minute hour day-of-month month day-of-week [second]`; throws CRON_INVALID with the field at fault. Beside
 * lists, ranges, steps and names: `L` for the last day of the month, `L5` for the last Friday, `5#2` for the second.
 */
export function parseCron(text: string): CronExpression {
  const fields = text.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 6) {
    throw invalid(text, `it has ${fields.length} fields instead of five, or six with seconds at the end`);
  }
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', second = '0'] = fields;
  const hours = expandField(text, fieldSpecs.hour, hour);
  const expression: CronExpression = {
    seconds: expandField(text, fieldSpecs.second, second),
    minutes: expandField(text, fieldSpecs.minute, minute),
    hours,
    months: new Set(expandField(text, fieldSpecs.month, month)),
    days: parseDays(text, dayOfMonth.replace('?', '*'), dayOfWeek.replace('?', '*')),
    everyHour: hours.length === 24,
  };
  if (nextNaiveMatch(expression, 0) === undefined) throw invalid(text, 'no date ever matches it');
  return expression;
}

function parseDays(text: string, dayOfMonth: string, dayOfWeek: string): DayRule {
  const parts = dayOfMonth.split(',');
  const numbered = parts.filter((part) => part.toUpperCase() !== 'L');
  const daysOfMonth =
    numbered.length === 0 ? [] : expandField(text, fieldSpecs.dayOfMonth, numbered.join(','));
  const lastDay = numbered.length < parts.length;
  const nthWeekdays = parseNthWeekdays(text, dayOfWeek);
  const daysOfWeek = nthWeekdays.length > 0 ? [] : expandField(text, fieldSpecs.dayOfWeek, dayOfWeek);
  // A field that lists all its values is as good as `*`, but only beside a field with a star: croniter's own rule.
  const anyDay = !lastDay && daysOfMonth.length === 31 && (dayOfMonth === '*' || dayOfWeek.includes('*'));
  const anyWeekday = daysOfWeek.length === 7 && (dayOfWeek === '*' || dayOfMonth.includes('*'));
  return {
    daysOfMonth: new Set(daysOfMonth),
    lastDay,
    daysOfWeek: new Set(daysOfWeek),
    nthWeekdays,
    either: !anyDay && !anyWeekday,
  };
}

function parseNthWeekdays(text: string, field: string): readonly NthWeekday[] {
  const parts = field.split(',');
  const found = parts.flatMap((part): readonly NthWeekday[] => {
    const [, last, weekday = last, nth] = /^(?:L(\w+)|(\w+)#([1-5]))$/i.exec(part) ?? [];
    if (weekday === undefined) return [];
    const day = fieldValue(text, fieldSpecs.dayOfWeek, weekday) % 7;
    return [{ weekday: day, nth: nth === undefined ? 'last' : Number(nth) }];
  });
  if (found.length === 0 || found.length === parts.length) return found;
  throw invalid(text, `its day-of-week field "${field}" mixes weekdays with nth or last weekdays`);
}

/**
 * The first match strictly after a naive local time. Naive times are milliseconds as if the wall clock were UTC,
 * so that calendar arithmetic needs no time zone. Undefined when nothing matches within 41 years.
 */
export function nextNaiveMatch(cron: CronExpression, afterNaiveMs: number): number | undefined {
  const from = Math.floor(afterNaiveMs / 1000) * 1000 + 1000;
  const firstDay = Math.floor(from / dayMs) * dayMs;
  for (let day = 0; day < searchDays; day += 1) {
    const midnight = firstDay + day * dayMs;
    if (!dateMatches(cron, new Date(midnight))) continue;
    const time = firstTimeOfDay(cron, Math.max(0, (from - midnight) / 1000));
    if (time !== undefined) return midnight + time * 1000;
  }
  return undefined;
}

function dateMatches({ months, days }: CronExpression, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  if (days.nthWeekdays.length > 0) return days.nthWeekdays.some((each) => isNthWeekday(each, date));
  const byMonthDay = days.daysOfMonth.has(date.getUTCDate()) || (days.lastDay && daysLeftInMonth(date) === 0);
  const byWeekday = days.daysOfWeek.has(date.getUTCDay());
  return days.either ? byMonthDay || byWeekday : byMonthDay && byWeekday;
}

function isNthWeekday({ weekday, nth }: NthWeekday, date: Date): boolean {
  if (date.getUTCDay() !== weekday) return false;
  return nth === 'last' ? daysLeftInMonth(date) < 7 : Math.ceil(date.getUTCDate() / 7) === nth;
}

function daysLeftInMonth(date: Date): number {
  return (
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate() - date.getUTCDate()
  );
}

/** Seconds since midnight of the first match at or after `from`. */
function firstTimeOfDay(cron: CronExpression, from: number): number | undefined {
  for (const hour of cron.hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of cron.minutes) {
      const start = hour * 3600 + minute * 60;
      const second = start + 59 < from ? undefined : cron.seconds.find((each) => start + each >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}
