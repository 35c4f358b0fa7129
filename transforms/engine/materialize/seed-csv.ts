import { CsvError, parse } from 'csv-parse/sync';
import { messageOf } from '../../../lib/errors.ts';
import { materializeErrors } from './errors.ts';
import { inferType } from './seed-types.ts';

/** A seed as read: typed columns, cells as text in a spelling that the warehouse can cast, empty cells null. */
export interface SeedTable {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly { readonly line: number; readonly values: readonly (string | null)[] }[];
}

/** Parses a seed, whose values stand between delimiters; types of columns without an entry in `columnTypes` are inferred from all of their values. */
export function parseSeed(
  file: string,
  text: string,
  columnTypes: Readonly<Record<string, string>>,
  delimiter = ',',
): SeedTable {
  const records = readRecords(file, text, delimiter);
  const [header, ...body] = records;
  if (header === undefined) throw invalid(`${file}:1`, 'the file is empty; its first line names the columns');
  const names = header.cells.map((name) => name.trim());
  mustNameColumns(file, header.line, names);
  const unknown = Object.keys(columnTypes).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalid(file, `column_types names ${unknown}, which is no column`);
  for (const { line, cells } of body) {
    if (cells.length !== names.length)
      throw invalid(`${file}:${line}`, `${cells.length} values for ${names.length} columns`);
  }
  const inferred = names.map((name, index) => {
    const declared = columnTypes[name];
    if (declared !== undefined) return { type: declared, spell: (cell: string) => cell };
    return inferType(body.map(({ cells }) => cells[index] ?? ''));
  });
  return {
    columns: names.map((name, index) => ({ name, type: inferred[index]?.type ?? 'varchar' })),
    rows: body.map(({ line, cells }) => ({
      line,
      values: cells.map((cell, index) => (cell === '' ? null : (inferred[index]?.spell(cell) ?? cell))),
    })),
  };
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

function readRecords(file: string, text: string, delimiter: string): CsvRecord[] {
  try {
    const parsed = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { readonly info: { readonly lines: number }; readonly record: string[] }[];
    // csv-parse says where a record ends; line breaks inside quotes tell where it began.
    return parsed.map(({ info, record }) => ({
      line: info.lines - record.join('').split('\n').length + 1,
      cells: record,
    }));
  } catch (error) {
    const line = error instanceof CsvError && typeof error['lines'] === 'number' ? `:${error['lines']}` : '';
    throw materializeErrors.error('TRANSFORM_SEED_INVALID', {
      message: messageOf(error),
      where: `${file}${line}`,
      cause: error,
    });
  }
}

function mustNameColumns(file: string, line: number, names: readonly string[]): void {
  const empty = names.indexOf('');
  if (empty >= 0) throw invalid(`${file}:${line}`, `column ${empty + 1} has no name`);
  const twice = names.find((name, index) => names.findIndex((other) => same(other, name)) !== index);
  if (twice !== undefined) throw invalid(`${file}:${line}`, `there are two columns ${twice}`);
}

/** Warehouses fold case in names. */
function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function invalid(where: string, message: string): Error {
  return materializeErrors.error('TRANSFORM_SEED_INVALID', { message, where });
}
