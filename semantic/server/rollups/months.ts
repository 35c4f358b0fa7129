/** The first day of a month, YYYY-MM-01. */
export type Month = string;

/** Days from the first to the last, as the parameters of a rollup's statement: both included. */
export type DayRange = readonly [from: string, to: string];

/** Stretches of months without a gap, so that each is one statement. */
export function stretchesOf(months: ReadonlySet<Month>): DayRange[] {
  const sorted = [...months].sort();
  const stretches: Array<[Month, Month]> = [];
  for (const month of sorted) {
    const last = stretches.at(-1);
    if (last !== undefined && monthAfter(last[1]) === month) last[1] = month;
    else stretches.push([month, month]);
  }
  return stretches.map(([first, last]) => [`${first}T00:00:00.000`, `${lastDayOf(last)}T23:59:59.999`]);
}

/** All days that a warehouse's dates can be. */
export const allDays: DayRange = ['0001-01-01T00:00:00.000', '9999-12-31T23:59:59.999'];

function monthAfter(month: Month): Month {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
}

function lastDayOf(month: Month): string {
  const next = new Date(`${monthAfter(month)}T00:00:00Z`).getTime();
  return new Date(next - 86_400_000).toISOString().slice(0, 10);
}
