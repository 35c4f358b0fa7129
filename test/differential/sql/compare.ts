import type pg from 'pg';
import { twinQuery } from './twin.ts';

/** What came of one query on both sides. */
export type Outcome =
  | { readonly kind: 'equal'; readonly rows: number }
  /** The SQL API says that it cannot answer it rightly. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Both say that it is wrong. */
  | { readonly kind: 'both refuse' }
  | { readonly kind: 'different'; readonly why: string };

/** Codes of a refusal: what is not supported, too large, or would mix currencies. */
const refusals = new Set(['0A000', '54000', '22000']);

interface Answer {
  readonly rows?: unknown[][];
  readonly types?: readonly number[];
  readonly error?: { readonly code?: string; readonly message: string; readonly hint?: string };
}

/** Asks both; rows count as equal in any order, unless `ordered`. */
export async function compareQuery(
  ours: pg.ClientBase,
  twin: pg.ClientBase,
  query: string,
  parameters: readonly unknown[] = [],
): Promise<Outcome> {
  const [got, wanted] = await Promise.all([
    ask(ours, query, parameters),
    ask(twin, twinQuery(query), parameters),
  ]);
  if (got.error !== undefined) {
    if (wanted.error !== undefined) return { kind: 'both refuse' };
    if (refusals.has(got.error.code ?? '') && (got.error.hint ?? '') !== '')
      return { kind: 'refused', why: got.error.message };
    return { kind: 'different', why: `an error: ${got.error.code} ${got.error.message}` };
  }
  if (wanted.error !== undefined) {
    // Amounts that are 0 mix nothing, where the twin looks at every row.
    if (wanted.error.message.includes('mixed currencies')) return { kind: 'both refuse' };
    return { kind: 'different', why: `PostgreSQL says: ${wanted.error.message}` };
  }
  const isOrdered = /-- ordered/.test(query);
  const [mine, theirs] = [texts(got.rows ?? [], isOrdered), texts(wanted.rows ?? [], isOrdered)];
  const at = mine.findIndex((row, index) => row !== theirs[index]);
  if (mine.length !== theirs.length)
    return {
      kind: 'different',
      why: `${mine.length} rows, PostgreSQL ${theirs.length}; ${mine[0]} / ${theirs[0]}`,
    };
  if (at >= 0) return { kind: 'different', why: `row ${at}: ${mine[at]}, PostgreSQL: ${theirs[at]}` };
  if (got.types?.join() !== wanted.types?.join())
    return { kind: 'different', why: `types ${got.types?.join()}, PostgreSQL ${wanted.types?.join()}` };
  return { kind: 'equal', rows: mine.length };
}

async function ask(client: pg.ClientBase, text: string, values: readonly unknown[]): Promise<Answer> {
  try {
    const { rows, fields } = await client.query<unknown[]>({
      text,
      values: [...values],
      rowMode: 'array',
      types: asText,
    });
    return { rows, types: fields.map(({ dataTypeID }) => dataTypeID) };
  } catch (error) {
    return { error: error as NonNullable<Answer['error']> };
  }
}

const asText = { getTypeParser: () => (value: string) => value };

function texts(rows: readonly unknown[][], isOrdered: boolean): string[] {
  const all = rows.map((row) => JSON.stringify(row.map(normal)));
  return isOrdered ? all : all.toSorted();
}

/** Numbers by value: 1.50 is 1.5. */
function normal(value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?\d+\.\d+$/.test(value)) return value;
  const [whole = '', fraction = ''] = value.split('.');
  const kept = fraction.slice(0, 10).replace(/0+$/, '');
  const text = kept === '' ? whole : `${whole}.${kept}`;
  return text === '-0' ? '0' : text;
}
