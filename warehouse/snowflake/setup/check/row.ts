import type { Row } from '../../../warehouse.ts';

/** A cell of SHOW as text; nothing is the empty text. */
export function text(row: Row, column: string): string {
  const value = row[column];
  return value === null || value === undefined || value === 'null' ? '' : String(value);
}

/** A cell that says yes or no in one of Snowflake's several ways. */
export function flag(row: Row, column: string): string {
  return String(/^(true|y|yes|on|enabled)$/i.test(text(row, column)));
}

/** The rows of DESCRIBE, as one. `name` and `value` are its columns. */
export function described(rows: readonly Row[], name: string, value: string): Row {
  return Object.fromEntries(rows.map((row) => [text(row, name).toLowerCase(), text(row, value)]));
}

/** A list that SHOW writes with commas, brackets or not. */
export function list(cell: string): string[] {
  return cell
    .replaceAll(/^\s*\[|\]\s*$|["']/g, '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
