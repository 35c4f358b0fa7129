import type { Grain } from '../server/query-arguments.ts';

/** Periods that move on with the calendar, so that a link to them stays of use. */
export const presets = {
  last_7_days: 'Last 7 days',
  last_30_days: 'Last 30 days',
  last_90_days: 'Last 90 days',
  last_12_months: 'Last 12 months',
  this_month: 'This month',
  last_month: 'Last month',
  this_quarter: 'This quarter',
  last_quarter: 'Last quarter',
  this_year: 'This year',
  last_year: 'Last year',
} as const;
export type Preset = keyof typeof presets;

/** Of which days numbers are wanted. */
export type Period =
  | { readonly kind: 'all' }
  | { readonly kind: 'preset'; readonly preset: Preset }
  | { readonly kind: 'own'; readonly from: string | undefined; readonly to: string | undefined };

/** First and last day, both included; undefined where it is open. */
export interface Days {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export const grainTitles: Readonly<Record<Grain, string>> = {
  day: 'Day',
  week: 'Week',
  month: 'Month',
  quarter: 'Quarter',
  year: 'Year',
};

export function isPreset(text: string): text is Preset {
  return Object.hasOwn(presets, text);
}

/** The days of a period, seen from `today`. */
export function daysOf(period: Period, today: string): Days {
  switch (period.kind) {
    case 'all':
      return { from: undefined, to: undefined };
    case 'own':
      return { from: period.from, to: period.to };
    case 'preset':
      return presetDays(period.preset, today);
  }
}

function presetDays(preset: Preset, today: string): Days {
  const year = Number(today.slice(0, 4));
  const month = Number(today.slice(5, 7));
  const quarter = month - ((month - 1) % 3);
  switch (preset) {
    case 'last_7_days':
      return { from: daysBefore(today, 6), to: today };
    case 'last_30_days':
      return { from: daysBefore(today, 29), to: today };
    case 'last_90_days':
      return { from: daysBefore(today, 89), to: today };
    case 'last_12_months':
      return { from: firstOf(year, month - 11), to: today };
    case 'this_month':
      return { from: firstOf(year, month), to: today };
    case 'last_month':
      return { from: firstOf(year, month - 1), to: daysBefore(firstOf(year, month), 1) };
    case 'this_quarter':
      return { from: firstOf(year, quarter), to: today };
    case 'last_quarter':
      return { from: firstOf(year, quarter - 3), to: daysBefore(firstOf(year, quarter), 1) };
    case 'this_year':
      return { from: firstOf(year, 1), to: today };
    case 'last_year':
      return { from: firstOf(year - 1, 1), to: firstOf(year - 1, 12).slice(0, 8) + '31' };
  }
}

/** The first day of a month; month 0 is the December before. */
function firstOf(year: number, month: number): string {
  return new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);
}

function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - count * 86_400_000).toISOString().slice(0, 10);
}

const months: Readonly<Record<'month' | 'quarter' | 'year', number>> = { month: 1, quarter: 3, year: 12 };

/** The first day of the next day, week, month and so on. */
export function nextDate(day: string, grain: Grain): string {
  if (grain === 'day') return daysBefore(day, -1);
  if (grain === 'week') return daysBefore(day, -7);
  return firstOf(Number(day.slice(0, 4)), Number(day.slice(5, 7)) + months[grain]);
}
