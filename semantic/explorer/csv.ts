import type { MetricResult } from '../server/metric-query.ts';
import { isNumber } from './exact-number.ts';

/**
 * The answer as RFC 4180 has it. Numbers are the exact text that the server told. A text that a spreadsheet would run as
 * a formula is put behind an apostrophe, which shows it as it is.
 */
export function toCsv({ columns, rows }: MetricResult): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? ''));
  return [columns, ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/** What spreadsheets take for the beginning of a formula, also behind white space and in East Asian full width. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

function cell(text: string): string {
  const safe = !isNumber(text) && formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What the file is called: what it holds, in characters that every system takes. */
export function csvName(columns: readonly string[]): string {
  const name = columns
    .join('-')
    .replaceAll(/[^\w-]+/g, '_')
    .slice(0, 80);
  return `${name || 'metrics'}.csv`;
}
