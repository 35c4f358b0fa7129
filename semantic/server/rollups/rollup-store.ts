import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { z } from 'zod';
import type { Downloaded } from '../cube-reader.ts';
import type { Rollup } from './rollup.ts';

/** What replaces rows of one rollup: of some days, or all of them. */
export interface RollupChange {
  readonly rollup: Rollup;
  /** Undefined: the whole rollup. */
  readonly days: readonly [from: string, to: string] | undefined;
  readonly rows: Downloaded;
}

/** Of each rollup that is kept: by what it was computed, and the publication that it is of. */
export type Kept = ReadonlyMap<string, { readonly definition: string; readonly version: number }>;

/** Rollups in a DuckDB file of this process. */
export interface RollupStore {
  readonly instance: DuckDBInstance;
  readonly kept: () => Kept;
  /** Rows first, beside what is read; they are seen with `publish`, and by nobody if that does not come. */
  readonly stage: (change: RollupChange) => Promise<void>;
  /** Shows what was staged as that of a publication, all of it in one moment; others are that of it by saying so. */
  readonly publish: (version: number, unchanged: readonly Rollup[]) => Promise<void>;
  /** Forgets what was staged and not published. */
  readonly discard: () => Promise<void>;
  readonly close: () => void;
}

/** So much memory a file of sums needs at most; what is larger goes to disk. */
const settings = {
  memory_limit: '256MB',
  threads: '2',
  // As both warehouses sort: where NULL comes must not depend on who answers.
  default_null_order: 'nulls_last_on_asc_first_on_desc',
};
const batchRows = 2_000;

interface Staged {
  readonly rollup: Rollup;
  readonly days: RollupChange['days'];
  readonly relation: string;
}

/** Opens the store, or makes it; a file of an earlier form of it is begun anew, since all of it can be read again. */
export async function openRollupStore(file: string): Promise<RollupStore> {
  const instance = await DuckDBInstance.create(file, settings);
  const connection = await instance.connect();
  await connection.run('create schema if not exists prod_pre_aggregations');
  await connection.run('create schema if not exists staged');
  await connection.run(
    'create table if not exists rollup (id varchar primary key, definition varchar not null, version bigint not null)',
  );
  let kept = await readKept(connection);
  let staged: Staged[] = [];

  const discard = async (): Promise<void> => {
    staged = [];
    await connection.run('drop schema if exists staged cascade');
    await connection.run('create schema staged');
  };
  await discard();
  return {
    instance,
    kept: () => kept,
    stage: async ({ rollup, days, rows }) => {
      const relation = `staged.rows_${staged.length}`;
      staged.push({ rollup, days, relation });
      await fill(connection, relation, rows);
    },
    publish: async (version, unchanged) => {
      await connection.run('begin transaction');
      try {
        for (const each of staged) await apply(connection, each);
        const changed = staged.map(({ rollup }) => rollup);
        for (const { id, definition } of new Set([...changed, ...unchanged]))
          await connection.run(`insert or replace into rollup values ('${id}', '${definition}', ${version})`);
        await connection.run('commit');
      } catch (error) {
        await connection.run('rollback');
        throw error;
      } finally {
        await discard();
      }
      kept = await readKept(connection);
    },
    discard,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const keptRows = z.array(z.tuple([z.string(), z.string(), z.union([z.string(), z.number()])]));

async function readKept(connection: DuckDBConnection): Promise<Kept> {
  const rows = (await connection.runAndReadAll('select id, definition, version from rollup')).getRowsJson();
  return new Map(
    keptRows.parse(rows).map(([id, definition, version]) => [id, { definition, version: Number(version) }]),
  );
}

/** As text first: numbers come exact that way from either warehouse. */
async function fill(
  connection: DuckDBConnection,
  relation: string,
  { columns, batches }: Downloaded,
): Promise<void> {
  const names = columns.map(({ name }) => quoted(name));
  await connection.run(
    `create table ${relation} (${columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')})`,
  );
  const text = `${relation}_text`;
  await connection.run(`create table ${text} (${names.map((name) => `${name} varchar`).join(', ')})`);
  const casts = columns.map(({ name, type }) => `cast(${quoted(name)} as ${type})`).join(', ');
  for await (const batch of batches) {
    for (let from = 0; from < batch.length; from += batchRows) {
      const appender = await connection.createAppender(text.split('.')[1] ?? '', 'staged');
      for (const row of batch.slice(from, from + batchRows)) {
        for (const value of row) {
          if (value === null) appender.appendNull();
          else appender.appendVarchar(String(value));
        }
        appender.endRow();
      }
      appender.closeSync();
    }
    await connection.run(`insert into ${relation} select ${casts} from ${text}`);
    await connection.run(`truncate ${text}`);
  }
}

async function apply(connection: DuckDBConnection, { rollup, days, relation }: Staged): Promise<void> {
  if (days === undefined) {
    await connection.run(
      `create or replace table ${rollup.table} as select * from ${relation} order by ${quoted(rollup.dayColumn)}`,
    );
    return;
  }
  const day = quoted(rollup.dayColumn);
  await connection.run(
    `delete from ${rollup.table} where ${day} >= timestamp '${days[0]}' and ${day} <= timestamp '${days[1]}'`,
  );
  await connection.run(`insert into ${rollup.table} select * from ${relation}`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
