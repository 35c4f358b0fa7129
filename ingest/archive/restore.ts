import { reachedLines } from './reached-lines.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { quoteIdentifier } from '../../warehouse/sql-text.ts';
import { ensureLoadSchema } from '../landing/raw-tables.ts';
import { rawSchema, rawTableName } from '../../warehouse/raw-table.ts';
import { takeTurns } from '../landing/turns.ts';
import type { ArchiveDeps } from './archive.ts';
import { readSoundCatalog } from './catalog.ts';
import type { ArchivedFile, Compaction } from './compaction.ts';
import { archiveErrors } from './errors.ts';
import { createProof } from './prove.ts';
import { ensureRetentionSchema } from './retired-keys.ts';
import { isWithin, placeOf } from './verify.ts';

export interface RestoreDeps extends ArchiveDeps {
  readonly warehouse: Warehouse;
}

export interface RestoreOptions {
  readonly source: string;
  readonly table: string;
  /** Days of the batches' commits, UTC; `to` is not included. */
  readonly from?: string;
  readonly to?: string;
  /** Another raw table to restore into, beside the source's own. */
  readonly into?: string;
  readonly dryRun?: boolean;
}

export interface RestoreResult {
  readonly table: string;
  /** Files whose rows were brought back, or would be; the rest was there. */
  readonly files: number;
  readonly rows: number;
  readonly present: number;
}

/** Source under which the ledger knows files restored beside their table: they are no part of what is loaded. */
const besideSource = '_restored';

/**
 * Brings rows of a table back from the archive. A file at a time, in one transaction each: all rows of the file are there
 * afterwards, once, whatever was there before. What was interrupted goes on when it is asked for again.
 */
export async function restoreEntity(deps: RestoreDeps, options: RestoreOptions): Promise<RestoreResult> {
  const { source, table, into, dryRun = false } = options;
  const catalog = await readSoundCatalog(deps.store, { sources: [source], onProgress: deps.onProgress });
  const known = catalog.files.filter((each) => each.file.table === table);
  if (known.length === 0) throw unknownEntity(source, table);
  const files = known.filter((each) => isWithin(options, placeOf(each)));
  const name = into ?? rawTableName(source, table);
  await ensureLoadSchema(deps.warehouse, source, [table]);
  await ensureRetentionSchema(deps.warehouse);
  if (into !== undefined && !dryRun) await makeBeside(deps.warehouse, into, rawTableName(source, table));
  const result = { table: `${rawSchema}.${name}`, files: 0, rows: 0, present: 0 };
  const prove = createProof(deps);
  const step = `restore ${source}.${table}`;
  for (const [done, each] of files.entries()) {
    if (deps.signal?.aborted === true) break;
    deps.onProgress({ step, state: 'running', done, total: files.length, unit: 'files' });
    const isThere = (into === undefined || !dryRun) && (await isComplete(deps.warehouse, name, each));
    if (isThere) result.present += 1;
    else {
      result.files += 1;
      result.rows += each.file.rows;
      if (!dryRun) await prove(each.file, catalog.compactionOf.get(each.file.key));
      if (!dryRun)
        await restoreFile(deps, name, each, catalog.compactionOf.get(each.file.key), into !== undefined);
    }
  }
  deps.onProgress({ step, state: 'finished', done: files.length, total: files.length, unit: 'files' });
  return result;
}

function unknownEntity(source: string, table: string): Error {
  return archiveErrors.error('ARCHIVE_UNKNOWN_ENTITY', {
    message: `${source}.${table} is not in the archive`,
  });
}

/** A table of the same columns, which nothing else fills. */
async function makeBeside(warehouse: Warehouse, into: string, like: string): Promise<void> {
  await warehouse.execute(
    `create table if not exists ${qualified(into)} as select * from ${qualified(like)} where 1 = 0`,
  );
}

function qualified(name: string): string {
  return `${rawSchema}.${quoteIdentifier(name)}`;
}

async function isComplete(session: Session, name: string, { file }: ArchivedFile): Promise<boolean> {
  const [row] = await session.query(`select count(*) as n from ${qualified(name)} where _file = ?`, [
    file.key,
  ]);
  return Number(row?.['n'] ?? 0) === file.rows;
}

async function restoreFile(
  deps: RestoreDeps,
  name: string,
  { manifest, file }: ArchivedFile,
  compaction: Compaction | undefined,
  isBeside: boolean,
): Promise<void> {
  const reached = await reachedLines(deps, file, compaction);
  try {
    await deps.warehouse.transaction(async (session) => {
      // The loader takes the same turn before it looks at the ledger.
      await takeTurns(session, [rawTableName(manifest.source, file.table)]);
      await session.execute(`delete from ${qualified(name)} where _file = ?`, [file.key]);
      const written = await deps.warehouse.appendFile(session, {
        key: file.key,
        location: reached.path,
        table: { schema: rawSchema, name },
        batchId: manifest.batchId,
        rows: file.rows,
      });
      if (written !== file.rows) throw wrongCount(file.key, file.rows, written);
      const ledgerKey = isBeside ? `${besideSource}/${name}/${file.key}` : file.key;
      const source = isBeside ? besideSource : manifest.source;
      await session.execute(
        `insert into _meta.load_ledger (file_key, batch_id, source, table_name, row_count, loaded_at)
         select ?, ?, ?, ?, ?, cast(? as timestamp)
         where not exists (select 1 from _meta.load_ledger where file_key = ?)`,
        [ledgerKey, manifest.batchId, source, isBeside ? name : file.table, file.rows, now(deps), ledgerKey],
      );
      // Its rows are in raw again: those of retired keys as well.
      if (!isBeside) await session.execute('delete from _meta.retired_key where file_key = ?', [file.key]);
    });
  } finally {
    await reached.release();
  }
}

function now({ clock }: ArchiveDeps): string {
  return clock.now().toISOString().replace('T', ' ').replace('Z', '');
}

function wrongCount(key: string, rows: number, written: number): Error {
  return archiveErrors.error('ARCHIVE_DAMAGED', {
    message: `the archive gave ${written} rows of ${rows}; nothing was restored of this file`,
    where: key,
  });
}
