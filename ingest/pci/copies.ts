import { createGunzip } from 'node:zlib';
import { createInterface } from 'node:readline';
import { quoteIdentifier } from '../../warehouse/sql-text.ts';
import type { Session } from '../../warehouse/warehouse.ts';
import type { ObjectStore } from '../landing/object-store.ts';

/** A text that holds what was looked for, and where it is. */
export interface FoundText {
  readonly place: string;
  readonly text: string;
}

/** Somewhere values are kept, that can be searched for texts. */
export interface Copies {
  readonly search: (needles: readonly string[], signal?: AbortSignal) => AsyncIterable<FoundText>;
  /** What could not be searched, and must be told. */
  readonly unsearched?: () => Promise<readonly string[]>;
}

/** Reads what this module cannot: the rows of a compacted file as texts; undefined for one that it cannot read either. */
export type ReadCompacted = (key: string) => AsyncIterable<readonly string[]> | undefined;

/** Every object of the archive, unpacked. */
export function archiveCopies(store: ObjectStore, readCompacted?: ReadCompacted): Copies {
  const isCompacted = (key: string): boolean => key.endsWith('.parquet');
  return {
    search: async function* search(needles, signal) {
      const wanted = anyOf(needles);
      for (const key of await store.list('')) {
        signal?.throwIfAborted();
        const texts = isCompacted(key) ? readCompacted?.(key) : linesOf(store, key);
        for await (const text of flatten(texts)) if (wanted.test(text)) yield { place: key, text };
      }
    },
    unsearched: async () =>
      (await store.list('')).filter((key) => isCompacted(key) && readCompacted?.(key) === undefined),
  };
}

/** Every text of every table of the warehouse. */
export function warehouseCopies(warehouse: Session): Copies {
  return {
    search: async function* search(needles, signal) {
      for (const [table, columns] of await textColumns(warehouse)) {
        signal?.throwIfAborted();
        for (const { text } of await warehouse.query(...findIn(table, columns, needles)))
          if (typeof text === 'string') yield { place: table, text };
      }
    },
  };
}

function findIn(
  table: string,
  columns: readonly string[],
  needles: readonly string[],
): [sql: string, params: string[]] {
  const parts = columns.map((column) => {
    const text = `cast(${quoteIdentifier(column)} as varchar)`;
    const holds = needles.map(() => `position(? in ${text}) > 0`).join(' or ');
    return `select ${text} as "text" from ${table} where ${holds}`;
  });
  return [parts.join(' union all '), columns.flatMap(() => needles)];
}

async function textColumns(warehouse: Session): Promise<ReadonlyMap<string, string[]>> {
  const rows = await warehouse.query(
    `select c.table_schema as "schema", c.table_name as "table", c.column_name as "column"
     from information_schema.columns as c
     join information_schema.tables as t on t.table_schema = c.table_schema and t.table_name = c.table_name
     where t.table_type = 'BASE TABLE' and lower(c.table_schema) not in ('information_schema', 'pg_catalog')
       and upper(c.data_type) in ('VARCHAR', 'TEXT', 'JSON', 'VARIANT', 'OBJECT', 'ARRAY', 'VARCHAR[]')
     order by 1, 2, 3`,
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const table = `${quoteIdentifier(String(row['schema']))}.${quoteIdentifier(String(row['table']))}`;
    found.set(table, [...(found.get(table) ?? []), String(row['column'])]);
  }
  return found;
}

async function* linesOf(store: ObjectStore, key: string): AsyncGenerator<readonly string[]> {
  const stored = await store.read(key);
  const unpacked = key.endsWith('.gz') ? stored.pipe(createGunzip()) : stored;
  // pipe hands on no errors.
  stored.on('error', (error) => unpacked.destroy(error));
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Infinity })) yield [line];
  } finally {
    stored.destroy();
    unpacked.destroy();
  }
}

async function* flatten(chunks: AsyncIterable<readonly string[]> | undefined): AsyncGenerator<string> {
  if (chunks === undefined) return;
  for await (const chunk of chunks) yield* chunk;
}

function anyOf(needles: readonly string[]): RegExp {
  // Nothing to look for is found nowhere.
  if (needles.length === 0) return /(?!)/;
  return new RegExp(needles.map((needle) => needle.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|'));
}
