import { parse } from 'csv-parse/sync';
import { messageOf } from '../../../lib/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Column } from '../materialize/shape.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { Fixture } from '../project/model.ts';
import { oneStatement } from '../warehouse/statements.ts';
import { checkErrors } from './errors.ts';

/** A value of a fixture as the text that is cast to its column's type; null is null. */
export type Cell = string | null;

/** Rows of a fixture: a column that a row does not name is undefined in it. */
export interface FixtureRows {
  readonly columns: readonly string[];
  readonly rows: ReadonlyArray<Readonly<Record<string, Cell | undefined>>>;
}

/** Reads dicts or CSV text into rows of text. SQL fixtures are not rows: see {@link fixtureSelect}. */
export function fixtureRows(fixture: Fixture, where: string): FixtureRows {
  if (fixture.format === 'dict') {
    const columns = new Set(fixture.rows.flatMap((row) => Object.keys(row)));
    return { columns: [...columns], rows: fixture.rows.map(textRow) };
  }
  return csvRows(fixture.text, where);
}

function textRow(row: Readonly<Record<string, unknown>>): Record<string, Cell> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, toCell(value)]));
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('Z', '');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function csvRows(text: string, where: string): FixtureRows {
  try {
    const [header = [], ...lines] = parse(text, { trim: true, skip_empty_lines: true });
    return {
      columns: header,
      rows: lines.map((line) =>
        Object.fromEntries(header.map((column, index) => [column, line[index] === '' ? null : line[index]])),
      ),
    };
  } catch (error) {
    throw checkErrors.error('UNIT_TEST_FIXTURE_INVALID', { message: messageOf(error), where, cause: error });
  }
}

/**
 * A fixture as a select with the columns of the relation that it stands for: values cast to their types, columns it
 * does not name null. SQL is taken as it is written.
 */
export function fixtureSelect(fixture: Fixture, columns: readonly Column[], where: string): string {
  if (fixture.format === 'sql') return plainSql(fixture.text, where);
  return valuesSelect(fixtureRows(fixture, where), columns, where);
}

/** A query without what ends a statement: it is put into another. */
export function plainSql(text: string, file = 'a fixture of a unit test'): string {
  return oneStatement(text, 'duckdb', { name: 'the fixture', file }).trimEnd();
}

/** Rows of text as a typed select. */
export function valuesSelect(fixture: FixtureRows, columns: readonly Column[], where: string): string {
  mustKnow(fixture.columns, columns, where);
  const named = columns.filter(({ name }) => fixture.columns.some((each) => isSame(each, name)));
  const list = columns.map(({ name, type }) => {
    const place = named.findIndex((each) => each.name === name);
    return `cast(${place < 0 ? 'null' : `c${place + 1}`} as ${type}) as ${quoteIdentifier(name)}`;
  });
  const [first] = named;
  if (fixture.rows.length === 0 || first === undefined) {
    const nulls = columns.map(({ name, type }) => `cast(null as ${type}) as ${quoteIdentifier(name)}`);
    const empty = fixture.rows.length === 0 ? ' where 1 = 0' : '';
    return `select ${nulls.join(', ')} from range(${Math.max(1, fixture.rows.length)})${empty}`;
  }
  const tuples = fixture.rows.map(
    (row) => `(${named.map(({ name }) => literal(valueOf(row, name))).join(', ')})`,
  );
  const aliases = named.map((_, index) => `c${index + 1}`).join(', ');
  return `select ${list.join(', ')} from (values ${tuples.join(', ')}) as given(${aliases})`;
}

/** All literals are text, null too: a column of nothing but nulls would else be taken for a number. */
function literal(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? 'cast(null as varchar)' : quoteLiteral(cell);
}

function valueOf(row: Readonly<Record<string, Cell | undefined>>, column: string): Cell | undefined {
  const key = Object.keys(row).find((each) => isSame(each, column));
  return key === undefined ? undefined : row[key];
}

/** The warehouse folds unquoted names; a fixture's spelling of a column may differ in case. */
export function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Every column that a fixture names is one of the relation's. */
export function mustKnow(names: readonly string[], columns: readonly Column[], where: string): void {
  const known = columns.map(({ name }) => name);
  for (const name of names) {
    if (known.some((each) => isSame(each, name))) continue;
    const near = nearest(name, known);
    throw checkErrors.error('UNIT_TEST_COLUMN_UNKNOWN', {
      message: `there is no column ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
      where,
    });
  }
}
