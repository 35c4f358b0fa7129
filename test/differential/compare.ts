import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Session } from '../../warehouse/warehouse.ts';
import { projectFolder } from '../support/platform-parts.ts';
import type { MartRow, Value } from './expected/values.ts';

/** Where a mart is not what it should be. */
export interface Difference {
  readonly mart: string;
  readonly key: string;
  readonly column: string;
  readonly expected: string;
  readonly actual: string;
}

const timestamp = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?$/;

/** The one text of a value, whichever side it comes from. */
function textOf(value: Value | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string' && timestamp.test(value))
    return new Date(`${value.replace(' ', 'T')}Z`).toISOString();
  // Decimals keep their last digits or do not, as each side likes.
  if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) return value.replace(/\.?0+$/, '');
  return String(value);
}

const contract = z.object({
  models: z.array(z.object({ name: z.string(), columns: z.array(z.object({ name: z.string() })) })),
});

/** The columns that a mart promises. */
async function contracted(mart: string): Promise<ReadonlySet<string>> {
  const text = await readFile(path.join(projectFolder, 'models', 'marts', `_${mart}.yml`), 'utf8');
  const model = contract.parse(parse(text)).models.find(({ name }) => name === mart);
  if (model === undefined) throw new RangeError(`${mart} has no contract`);
  return new Set(model.columns.map(({ name }) => name));
}

/** Rows of a mart against those expected, by the key in its first column, in every column of the mart's contract. */
export async function differences(
  session: Session,
  mart: string,
  expected: readonly MartRow[],
): Promise<readonly Difference[]> {
  const columns = await contracted(mart);
  const rows = await session.query(`select * from marts.${mart}`);
  const [key = ''] = columns;
  const actual = new Map(rows.map((row) => [textOf(row[key]), row]));
  const wanted = new Map(expected.map((row) => [textOf(row[key]), row]));
  const found: Difference[] = [
    ...unlike(mart, 'expected columns', columns, expected[0]),
    ...unlike(mart, 'columns of the mart', columns, rows[0]),
  ];
  if (rows.length !== actual.size || expected.length !== wanted.size) {
    found.push(difference(mart, '(all)', 'rows', String(expected.length), String(rows.length)));
  }
  for (const id of [...new Set([...wanted.keys(), ...actual.keys()])].toSorted()) {
    const [want, have] = [wanted.get(id), actual.get(id)];
    if (want === undefined || have === undefined) {
      found.push(difference(mart, id, '(row)', shown(want), shown(have)));
      continue;
    }
    for (const column of columns) {
      const [one, other] = [textOf(want[column]), textOf(have[column])];
      if (one !== other) found.push(difference(mart, `${id} ${shown(have)}`, column, one, other));
    }
  }
  return found;
}

/** Columns that a row has beyond the contract, or lacks of it. */
function unlike(
  mart: string,
  what: string,
  columns: ReadonlySet<string>,
  row: Readonly<Record<string, Value>> | undefined,
): readonly Difference[] {
  if (row === undefined) return [];
  const names = new Set(Object.keys(row));
  const wrong = [...new Set([...columns, ...names])].filter((name) => columns.has(name) !== names.has(name));
  return wrong.map((name) =>
    difference(mart, what, name, String(columns.has(name)), String(names.has(name))),
  );
}

function difference(mart: string, key: string, column: string, expected: string, actual: string): Difference {
  return { mart, key, column, expected, actual };
}

function shown(row: Readonly<Record<string, Value>> | undefined): string {
  if (row === undefined) return 'no row';
  return Object.entries(row)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .join(' ');
}
