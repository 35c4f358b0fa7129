import { createRequire } from 'node:module';
import type { Cell, OperationResult } from '../operations/operation.ts';

/** How results are printed: for people, for programs, for cut and grep. */
export type OutputFormat = 'table' | 'json' | 'yaml' | 'plain';

export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'yaml', 'plain'];

const require = createRequire(import.meta.url);

/** Renders a result as text without a trailing newline. */
export function renderResult(result: OperationResult, format: OutputFormat): string {
  if (result.kind === 'documents') {
    if (format === 'json') return JSON.stringify(result.documents);
    if (format === 'yaml') return renderYaml(result.documents);
    return result.documents.map(({ name, text }) => `-- ${name}\n${text.trimEnd()}\n`).join('\n');
  }
  if (format === 'json') return JSON.stringify(result.json ?? result.rows);
  if (format === 'yaml') return renderYaml(result.json ?? result.rows);
  const cells = result.rows.map((row) => result.columns.map((column) => row[column] ?? null));
  if (format === 'plain') return cells.map((row) => row.map(plainCell).join('\t')).join('\n');
  return result.rows.length === 0 ? '(no rows)' : renderTable(result.columns, cells);
}

/** Loaded only for who asks for it: every command would start later. */
function renderYaml(value: unknown): string {
  const { stringify }: typeof import('yaml') = require('yaml');
  return stringify(value).trimEnd();
}

/** Aligned columns: numbers to the right, everything else to the left. */
export function renderTable(columns: readonly string[], rows: ReadonlyArray<readonly Cell[]>): string {
  const texts = rows.map((row) => row.map(tableCell));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...texts.map((row) => (row[index] ?? '').length)),
  );
  const isNumeric = columns.map((_, index) => rows.every((row) => isNumberLike(row[index] ?? null)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) =>
        isNumeric[index] ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...texts.map(line)].join('\n');
}

/** 1234567 to `1,234,567`. */
export function formatCount(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function isNumberLike(cell: Cell): boolean {
  return (
    cell === null || typeof cell === 'number' || (typeof cell === 'string' && /^-?[\d,]+(\.\d+)?$/.test(cell))
  );
}

function tableCell(cell: Cell): string {
  return cell === null ? '' : String(cell).replaceAll(/\s+/g, ' ');
}

/** One line a row and one tab a column, whatever is in the values. */
function plainCell(cell: Cell): string {
  return cell === null
    ? ''
    : String(cell).replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');
}
