import type { Knex } from 'knex';
import { z } from 'zod';
import type { LandedFile, RowSchema } from '../landing/manifest.ts';
import { captureSchema } from './control-tables.ts';
import { closeGaps } from './gaps.ts';
import type { KeyRange } from './keyset.ts';

/** One reading of some tables as of a position of the log. */
export interface SnapshotRun {
  readonly id: string;
  /** Position that every row of it carries, 16 hex digits; undefined until the source was asked for it. */
  readonly position: string | undefined;
  /** Source time before the position, ISO 8601 UTC with microseconds. */
  readonly committedAt: string | undefined;
}

/** How a table is read, decided once: what was read before a crash must fit to what is read after it. */
export interface TablePlan {
  readonly ranges: readonly KeyRange[];
  readonly chunkRows: number;
  readonly estimatedRows: number;
}

/** A table of a run. */
export interface SnapshotTable {
  readonly table: string;
  readonly plan: TablePlan | undefined;
}

/** A finished chunk: where it is in its table, and the archive files that hold it. */
export interface SnapshotChunk {
  readonly range: number;
  readonly chunk: number;
  /** Key of its last row; null when it held none. */
  readonly lastKey: readonly string[] | null;
  /** Nothing comes after it in its range. */
  readonly isLast: boolean;
  readonly rows: number;
  readonly files: readonly LandedFile[];
  readonly schemas: Readonly<Record<string, RowSchema>>;
}

const keyValues = z.array(z.string());
const ranges = z.array(z.object({ after: keyValues.nullable(), upTo: keyValues.nullable() }));

const from = (control: Knex, table: string): Knex.QueryBuilder =>
  control.withSchema(captureSchema).from(table);

/** Begins a run over tables; those whose allow-list has changed name what the stream may still show of them. */
export async function beginRun(
  control: Knex,
  source: string,
  tables: ReadonlyArray<{ readonly table: string; readonly previousColumns?: readonly string[] }>,
  at?: { readonly position: string; readonly committedAt: string },
): Promise<SnapshotRun> {
  return await control.transaction(async (trx) => {
    const row = { source, position: at?.position ?? null, committed_at: at?.committedAt ?? null };
    const [made]: Array<{ id: string }> = await from(trx, 'snapshot_run').insert(row).returning('id');
    const run = String(made?.id);
    await from(trx, 'snapshot_table').insert(
      tables.map(({ table, previousColumns }) => ({
        run,
        table_name: table,
        previous_columns: previousColumns === undefined ? null : JSON.stringify(previousColumns),
      })),
    );
    return { id: run, position: at?.position, committedAt: at?.committedAt };
  });
}

/** Whether a source ever had a run. */
export async function hasRun(control: Knex, source: string): Promise<boolean> {
  return (await from(control, 'snapshot_run').where({ source }).first()) !== undefined;
}

/** Runs that are not finished, the oldest first. */
export async function unfinishedRuns(control: Knex, source: string): Promise<SnapshotRun[]> {
  const rows: Array<Record<string, string | null>> = await from(control, 'snapshot_run')
    .where({ source, finished_at: null })
    .orderBy('id')
    .select('id', 'position', 'committed_at');
  return rows.map((row) => ({
    id: String(row['id']),
    position: row['position'] ?? undefined,
    committedAt: row['committed_at'] ?? undefined,
  }));
}

/** Writes down from where a run counts. */
export async function settleRun(
  control: Knex,
  run: string,
  at: { readonly position: string; readonly committedAt: string },
): Promise<void> {
  await from(control, 'snapshot_run')
    .where({ id: run })
    .update({ position: at.position, committed_at: at.committedAt });
}

/** Tables of a run that are not landed. */
export async function pendingTables(control: Knex, run: string): Promise<SnapshotTable[]> {
  const rows: Array<Record<string, unknown>> = await from(control, 'snapshot_table')
    .where({ run, batch_id: null })
    .orderBy('table_name')
    .select('table_name', 'ranges', 'chunk_rows', 'estimated_rows');
  return rows.map((row) => ({
    table: String(row['table_name']),
    plan:
      row['ranges'] === null
        ? undefined
        : {
            ranges: ranges.parse(row['ranges']),
            chunkRows: Number(row['chunk_rows']),
            estimatedRows: Number(row['estimated_rows']),
          },
  }));
}

/** Keeps a table's plan. */
export async function writePlan(control: Knex, run: string, table: string, plan: TablePlan): Promise<void> {
  await from(control, 'snapshot_table')
    .where({ run, table_name: table })
    .update({
      ranges: JSON.stringify(plan.ranges),
      chunk_rows: plan.chunkRows,
      estimated_rows: Math.round(plan.estimatedRows),
    });
}

/** Finished chunks of a table, in the order of its key. */
export async function readChunks(control: Knex, run: string, table: string): Promise<SnapshotChunk[]> {
  const rows = (await from(control, 'snapshot_chunk')
    .where({ run, table_name: table })
    .orderBy(['range_no', 'chunk_no'])) as Array<Record<string, unknown>>;
  return rows.map((row) => ({
    range: Number(row['range_no']),
    chunk: Number(row['chunk_no']),
    lastKey: keyValues.nullable().parse(row['last_key']),
    isLast: row['is_last'] === true,
    rows: Number(row['rows']),
    files: row['files'] as LandedFile[],
    schemas: row['schemas'] as Record<string, RowSchema>,
  }));
}

/** Keeps a finished chunk, whose files are in the archive. A rival that was quicker makes this fail. */
export async function writeChunk(
  control: Knex,
  run: string,
  table: string,
  chunk: SnapshotChunk,
): Promise<void> {
  await from(control, 'snapshot_chunk').insert({
    run,
    table_name: table,
    range_no: chunk.range,
    chunk_no: chunk.chunk,
    last_key: chunk.lastKey === null ? null : JSON.stringify(chunk.lastKey),
    is_last: chunk.isLast,
    rows: chunk.rows,
    files: JSON.stringify(chunk.files),
    schemas: JSON.stringify(chunk.schemas),
  });
}

/** Up to where the stream must be looked at for values that neither it nor the table's rows brought. */
export async function writeFillUntil(
  control: Knex,
  run: string,
  table: string,
  position: string,
): Promise<void> {
  await from(control, 'snapshot_table')
    .where({ run, table_name: table })
    .update({ fill_until: control.raw('greatest(coalesce(fill_until, ?), ?)', [position, position]) });
}

/** Notes that the table which this file belongs to is landed; also after a crash, so it may be noted already. */
export async function markLanded(control: Knex, fileKey: string, batchId: string): Promise<void> {
  await control.raw(
    `update ${captureSchema}.snapshot_table t set batch_id = ? from ${captureSchema}.snapshot_chunk c
      where c.files @> ?::jsonb and t.run = c.run and t.table_name = c.table_name and t.batch_id is null`,
    [batchId, JSON.stringify([{ key: fileKey }])],
  );
}

/** Ends runs that a new one over all tables takes the place of; gaps that they were to heal stay open. */
export async function abandonRuns(control: Knex, source: string): Promise<void> {
  await from(control, 'snapshot_run')
    .where({ source, finished_at: null })
    .update({ finished_at: control.fn.now() });
}

/** Takes tables out of unfinished runs that are no longer captured; their last rows in the stream are passed over. */
export async function retireTables(
  control: Knex,
  run: string,
  tables: ReadonlyArray<{ readonly table: string; readonly columns: readonly string[] }>,
  fillUntil: string,
): Promise<void> {
  if (tables.length === 0) return;
  const names = tables.map((each) => each.table);
  await control.transaction(async (trx) => {
    await from(trx, 'snapshot_table')
      .whereIn('table_name', names)
      .where({ batch_id: null })
      .update({ batch_id: retired, fill_until: fillUntil });
    await from(trx, 'snapshot_table').insert(
      tables.map(({ table, columns }) => ({
        run,
        table_name: table,
        previous_columns: JSON.stringify(columns),
        batch_id: retired,
        fill_until: fillUntil,
      })),
    );
  });
}

/** In the place of a batch: there is nothing to land of the table. */
const retired = 'retired';

/** Ends a run whose tables are all landed: only now are the gaps mended that it heals. */
export async function finishRun(control: Knex, run: string): Promise<void> {
  await control.transaction(async (trx) => {
    await from(trx, 'snapshot_run').where({ id: run }).update({ finished_at: trx.fn.now() });
    await closeGaps(trx, run);
  });
}

/** A table that the stream and a snapshot bring at the same time. */
export interface OpenTable {
  readonly run: string;
  readonly table: string;
  /** Columns it had on the allow-list before; undefined when the allow-list of the table has not changed. */
  readonly previousColumns: readonly string[] | undefined;
}

/** Tables whose snapshot is not finished, or that the stream has not caught up with. */
export async function openTables(control: Knex, source: string, landed: string): Promise<OpenTable[]> {
  const result: { rows: Array<Record<string, unknown>> } = await control.raw(
    `select t.run, t.table_name, t.previous_columns from ${captureSchema}.snapshot_table t
       join ${captureSchema}.snapshot_run r on r.id = t.run
      where r.source = ? and ((t.fill_until is null and r.finished_at is null) or t.fill_until >= ?)
      order by t.run`,
    [source, landed],
  );
  return result.rows.map((row) => ({
    run: String(row['run']),
    table: String(row['table_name']),
    previousColumns: keyValues.nullable().parse(row['previous_columns']) ?? undefined,
  }));
}

/** How far a table of an unfinished run is. */
export interface TableProgress {
  readonly table: string;
  readonly rows: number;
  readonly estimatedRows: number;
  readonly isLanded: boolean;
}

/** Tables of unfinished runs, the oldest run first. */
export async function readSnapshotProgress(control: Knex, source: string): Promise<TableProgress[]> {
  const result: { rows: Array<Record<string, unknown>> } = await control.raw(
    `select t.table_name, t.estimated_rows, t.batch_id, coalesce(sum(c.rows), 0) as rows
       from ${captureSchema}.snapshot_table t join ${captureSchema}.snapshot_run r on r.id = t.run
       left join ${captureSchema}.snapshot_chunk c on c.run = t.run and c.table_name = t.table_name
      where r.source = ? and r.finished_at is null
      group by t.run, t.table_name, t.estimated_rows, t.batch_id order by t.run, t.table_name`,
    [source],
  );
  return result.rows.map((row) => ({
    table: String(row['table_name']),
    rows: Number(row['rows']),
    estimatedRows: Number(row['estimated_rows'] ?? 0),
    isLanded: row['batch_id'] !== null,
  }));
}

/** The highest position that a finished reading stands at; 16 hex digits. */
export async function lastSnapshotPosition(control: Knex, source: string): Promise<string | undefined> {
  const rows: Array<{ position: string | null }> = await from(control, 'snapshot_run')
    .where({ source })
    .whereNotNull('finished_at')
    .max('position as position');
  return rows[0]?.position ?? undefined;
}
