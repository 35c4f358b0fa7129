/** Days that a number is of, where not its own: see `period` of the metrics in semantic/model. */
export type TruthPeriod = 'previous_month' | 'previous_year' | 'trailing_28_days' | 'to_date';

const dayMs = 86_400_000;

/** Whether what happened on `day` counts on `date`, both YYYY-MM-DD. */
export function countsOn(period: TruthPeriod | undefined, day: string, date: string): boolean {
  switch (period) {
    case undefined:
      return day === date;
    case 'previous_month':
      return monthsLater(day, 1) === date;
    case 'previous_year':
      return monthsLater(day, 12) === date;
    case 'trailing_28_days':
      return day <= date && day > isoDay(Date.parse(date) - 28 * dayMs);
    case 'to_date':
      return day <= date;
  }
}

/** Every day of a range, both ends included. */
export function daysBetween(from: string, to: string): string[] {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => isoDay(Date.parse(from) + index * dayMs));
}

/** So many days after another. */
export function daysLater(day: string, days: number): string {
  return isoDay(Date.parse(day) + days * dayMs);
}

/** As warehouses add months: the 31st of a month is the last day of a shorter one. */
function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return isoDay(Date.UTC(year, month - 1 + months, Math.min(date, lastDay)));
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
