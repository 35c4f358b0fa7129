import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { failpoint } from '../../lib/failpoint.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { verifyFile } from './chain.ts';
import { ingestSchema } from './control-schema.ts';
import { landingErrors } from './errors.ts';
import { chainStart, parseManifest } from './manifest.ts';
import type { LandedFile, Manifest } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';
import { ensureLoadSchema, rawSchema, rawTableName } from './raw-tables.ts';

export interface LoaderOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  readonly control: Knex;
  readonly source: string;
  /** Source tables; each has a raw table. */
  readonly tables: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
}

export interface LoadResult {
  /** Batches that this call loaded, in order. */
  readonly batchIds: readonly string[];
  readonly rows: number;
  /** Everything up to here is in the raw tables; 16 hex digits. */
  readonly position: string;
}

/** Appends landed batches to the raw tables, oldest first. */
export interface Loader {
  readonly load: () => Promise<LoadResult>;
}

/** A rival's transaction is seconds at most; this waits for about ten in all. */
const conflictWaitsMs = [50, 100, 200, 400, 800, 1600, 3200, 3200];

/** Builds the loader of one source; the raw tables are made at its first load. */
export function createLoader(options: LoaderOptions): Loader {
  const tables = [...options.tables];
  let isReady = false;
  return {
    load: async () => {
      if (!isReady) {
        await pastConflicts(options, () => ensureLoadSchema(options.warehouse, options.source, tables));
      }
      isReady = true;
      return await loadPending(options);
    },
  };
}

async function loadPending(options: LoaderOptions): Promise<LoadResult> {
  const batchIds: string[] = [];
  let rows = 0;
  let position = await loadedPosition(options.warehouse, options.source);
  const pending = await readPending(options, position);
  const total = pending.reduce((sum, each) => sum + each.rows, 0);
  const step = `load ${options.source}`;
  if (total > 0) options.onProgress({ step, state: 'started', done: 0, total, unit: 'rows' });
  for (const row of pending) {
    if (row.fromPosition !== position) throw gap(options.source, position, row);
    const manifest = await readManifest(options.store, row);
    for (const file of manifest.files) await verifyFile(options.store, file);
    if (await loadBatch(options, manifest)) {
      batchIds.push(manifest.batchId);
      rows += manifest.rows;
      options.onProgress({ step, state: 'running', done: rows, total, unit: 'rows' });
    }
    position = manifest.toPosition;
  }
  if (total > 0) options.onProgress({ step, state: 'finished', done: rows, total, unit: 'rows' });
  return { batchIds, rows, position };
}

/** Whether this call loaded the batch: false when it was there, or another loader came first. */
async function loadBatch(options: LoaderOptions, manifest: Manifest): Promise<boolean> {
  return await pastConflicts(options, () =>
    options.warehouse.transaction((session) => appendBatch(options, session, manifest)),
  );
}

/** DuckDB lets the later of two rivals fail instead of wait; it tries again once the other has had time to end. */
async function pastConflicts<T>(options: LoaderOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const waitMs = conflictWaitsMs[attempt];
      const isConflict = error instanceof ShopwaveError && error.code === 'WAREHOUSE_CONFLICT';
      if (!isConflict || waitMs === undefined) throw error;
      options.logger.debug('another loader is at work', { cause: messageOf(error) });
      await options.clock.sleep(waitMs);
    }
  }
}

/**
 * The lock first: of two loaders in flight, one waits or fails here, before it has looked at the ledger. Snowflake
 * enforces no keys, so nothing else would keep the second from appending the same rows again.
 */
async function appendBatch(options: LoaderOptions, session: Session, manifest: Manifest): Promise<boolean> {
  const { batchId, source } = manifest;
  await session.execute('update _meta.load_lock set loads = loads + 1');
  const known = await session.query('select batch_id from _meta.loaded_batch where batch_id = ?', [batchId]);
  if (known.length > 0) return false;
  for (const file of manifest.files) await appendFile(options, session, manifest, file);
  const loadedAt = sqlTimestamp(options.clock.now().toISOString());
  for (const file of manifest.files) {
    await session.execute(
      `insert into _meta.load_ledger (file_key, batch_id, source, table_name, row_count, loaded_at)
       values (?, ?, ?, ?, ?, cast(? as timestamp))`,
      [file.key, batchId, source, file.table, file.rows, loadedAt],
    );
  }
  await session.execute(
    `insert into _meta.loaded_batch
       (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
     values (?, ?, ?, ?, ?, cast(? as timestamp), ?, cast(? as timestamp))`,
    [
      batchId,
      source,
      manifest.kind,
      manifest.fromPosition,
      manifest.toPosition,
      sqlTimestamp(manifest.toCommittedAt),
      manifest.rows,
      loadedAt,
    ],
  );
  failpoint('load.inside');
  return true;
}

async function appendFile(
  options: LoaderOptions,
  session: Session,
  manifest: Manifest,
  file: LandedFile,
): Promise<void> {
  const written = await options.warehouse.appendFile(session, {
    key: file.key,
    location: options.store.locate(file.key),
    table: { schema: rawSchema, name: rawTableName(manifest.source, file.table) },
    batchId: manifest.batchId,
    rows: file.rows,
  });
  if (written === file.rows) return;
  throw landingErrors.error('LOAD_COUNT_MISMATCH', {
    message: `${file.key} holds ${file.rows} rows, ${written} were written`,
    where: manifest.batchId,
  });
}

interface PendingBatch {
  readonly batchId: string;
  readonly key: string;
  /** Of the manifest object. */
  readonly sha256: string;
  readonly fromPosition: string;
  readonly rows: number;
}

/** A source's batches are one chain, so what is loaded is a prefix of it: everything from its end on is pending. */
async function readPending({ control, source }: LoaderOptions, position: string): Promise<PendingBatch[]> {
  const rows: Array<{ batch_id: string; key: string; from_position: string; sha256: string; rows: string }> =
    await control
      .withSchema(ingestSchema)
      .from('manifest')
      .select('batch_id', 'key', 'sha256', 'from_position', 'rows')
      .where({ source })
      .where('from_position', '>=', position)
      .orderBy('from_position');
  return rows.map((row) => ({
    batchId: row.batch_id,
    key: row.key,
    sha256: row.sha256,
    fromPosition: row.from_position,
    rows: Number(row.rows),
  }));
}

async function readManifest(store: ObjectStore, row: PendingBatch): Promise<Manifest> {
  const object = await store.get(row.key);
  const where = store.locate(row.key);
  if (object === undefined) {
    throw landingErrors.error('LANDING_OBJECT_MISSING', {
      message: `the manifest of ${row.batchId} is not in the archive`,
      where,
    });
  }
  if (createHash('sha256').update(object).digest('hex') !== row.sha256) {
    throw landingErrors.error('LANDING_FILE_DAMAGED', {
      message: `the manifest of ${row.batchId} is not the one that was recorded`,
      where,
    });
  }
  return parseManifest(object.toString('utf8'), row.key);
}

/** End of what the raw tables hold of a source. */
export async function loadedPosition(warehouse: Warehouse, source: string): Promise<string> {
  const [row] = await warehouse.query(
    'select max(to_position) as position from _meta.loaded_batch where source = ?',
    [source],
  );
  return typeof row?.['position'] === 'string' ? row['position'] : chainStart;
}

/** Microseconds are kept; the session's zone is UTC in every engine. */
function sqlTimestamp(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}

function gap(source: string, position: string, row: PendingBatch): Error {
  return landingErrors.error('LOAD_GAP', {
    message: `${source} is loaded up to ${position}, but the next batch ${row.batchId} begins at ${row.fromPosition}`,
  });
}
