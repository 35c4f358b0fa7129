import type { Clock } from '../../lib/clock.ts';
import { failpoint } from '../../lib/failpoint.ts';
import { forgetWarehouse } from '../../lib/memory.ts';
import { placeholders } from '../../warehouse/sql-text.ts';
import type { Session, SqlValue, Warehouse } from '../../warehouse/warehouse.ts';
import { landingErrors } from './errors.ts';
import { chainOf } from './manifest.ts';
import type { LandedFile, Manifest } from './manifest.ts';
import { mustBeManifest, textOrNull } from './loaded-ends.ts';
import type { ObjectStore } from './object-store.ts';
import type { RecordedManifest } from './pending-batches.ts';
import { rawSchema, rawTableName } from '../../warehouse/raw-table.ts';
import { batchTurn, takeTurns } from './turns.ts';

/** What appending works with. */
export interface AppendDeps {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** A landed file and the batch it belongs to. */
export interface FileOfBatch {
  readonly manifest: Manifest;
  readonly file: LandedFile;
}

/** And where the warehouse reads it. */
export interface LocatedFile extends FileOfBatch {
  /** Absolute path or URL. */
  readonly location: string;
}

/** Rows of one insert: a statement may carry only so many parameters. */
const rowsAtOnce = 500;

/**
 * Appends the files that the ledger does not name yet, and writes them into it. The turns first: of two loaders in
 * flight, one waits or fails here, before it has looked at the ledger. Snowflake enforces no keys, so nothing else would
 * keep the second from appending the same rows again.
 */
export async function appendFiles(
  deps: AppendDeps,
  session: Session,
  files: readonly LocatedFile[],
): Promise<void> {
  await takeTurns(
    session,
    files.map(({ manifest, file }) => rawTableName(manifest.source, file.table)),
  );
  const fresh = await unledgered(session, files);
  const loadedAt = sqlTimestamp(deps.clock.now().toISOString());
  for (const each of fresh) await appendFile(deps, session, each);
  for (const part of parts(fresh)) {
    await session.execute(
      `insert into _meta.load_ledger (file_key, batch_id, source, table_name, row_count, loaded_at)
       values ${part.map(() => '(?, ?, ?, ?, ?, cast(? as timestamp))').join(', ')}`,
      part.flatMap(({ manifest, file }): SqlValue[] => [
        file.key,
        manifest.batchId,
        manifest.source,
        file.table,
        file.rows,
        loadedAt,
      ]),
    );
  }
  failpoint('load.inside');
}

/**
 * Names the batches all of whose files are in the ledger as loaded: from then on staging sees them. Resolves to those
 * that nobody had named before. A batch is as old as its oldest rows: staging looks no further back for them, and a table
 * may have been appended long before the last one could be.
 */
export async function recordLoaded(
  deps: AppendDeps,
  session: Session,
  batches: readonly RecordedManifest[],
): Promise<Manifest[]> {
  await takeTurns(session, [batchTurn]);
  const recorded = await unloaded(session, batches);
  const loadedAt = sqlTimestamp(deps.clock.now().toISOString());
  for (const part of parts(recorded)) await insertBatches(session, part, loadedAt);
  // Whoever calls this: what was known of the warehouse is so no more once it is committed.
  forgetWarehouse(deps.warehouse);
  failpoint('load.recorded');
  return recorded.map(({ manifest }) => manifest);
}

/** Those that the warehouse does not name yet. One that it names must be the same batch, not only called the same. */
async function unloaded(session: Session, batches: readonly RecordedManifest[]): Promise<RecordedManifest[]> {
  const byId = new Map(batches.map((each) => [each.manifest.batchId, each] as const));
  if (byId.size === 0) return [];
  const rows = await session.query(
    `select batch_id, manifest_sha256 from _meta.loaded_batch where batch_id in (${placeholders([...byId])})`,
    [...byId.keys()],
  );
  for (const row of rows) {
    const batchId = String(row['batch_id']);
    const same = byId.get(batchId);
    byId.delete(batchId);
    if (same === undefined) continue;
    const manifestSha256 = textOrNull(row['manifest_sha256']);
    mustBeManifest({ ...same.manifest, chain: chainOf(same.manifest), manifestSha256 }, same.sha256);
  }
  return [...byId.values()];
}

async function insertBatches(
  session: Session,
  batches: readonly RecordedManifest[],
  loadedAt: string,
): Promise<void> {
  const row = `select cast(? as varchar) as batch_id, cast(? as varchar) as source, cast(? as varchar) as kind,
      cast(? as varchar) as from_position, cast(? as varchar) as to_position, cast(? as timestamp) as to_committed_at,
      cast(? as bigint) as row_count, cast(? as varchar) as manifest_sha256`;
  await session.execute(
    `insert into _meta.loaded_batch
       (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at,
        manifest_sha256)
     select b.batch_id, b.source, b.kind, b.from_position, b.to_position, b.to_committed_at, b.row_count,
       least(cast(? as timestamp), coalesce(l.oldest, cast(? as timestamp))), b.manifest_sha256
     from (${batches.map(() => row).join(' union all ')}) as b
     left join (select batch_id, min(loaded_at) as oldest from _meta.load_ledger
       where batch_id in (${placeholders(batches)}) group by batch_id) as l on l.batch_id = b.batch_id`,
    [
      loadedAt,
      loadedAt,
      ...batches.flatMap(({ manifest, sha256 }): SqlValue[] => [
        manifest.batchId,
        chainOf(manifest),
        manifest.kind,
        manifest.fromPosition,
        manifest.toPosition,
        sqlTimestamp(manifest.toCommittedAt),
        manifest.rows,
        sha256,
      ]),
      ...batches.map(({ manifest }) => manifest.batchId),
    ],
  );
}

/** Those that the ledger does not name yet, each once. */
async function unledgered(session: Session, files: readonly LocatedFile[]): Promise<LocatedFile[]> {
  const byKey = new Map(files.map((each) => [each.file.key, each] as const));
  if (byKey.size === 0) return [];
  const rows = await session.query(
    `select file_key from _meta.load_ledger where file_key in (${placeholders([...byKey])})`,
    [...byKey.keys()],
  );
  for (const row of rows) byKey.delete(String(row['file_key']));
  return [...byKey.values()];
}

function parts<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / rowsAtOnce) }, (_, index) =>
    items.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce),
  );
}

async function appendFile(
  deps: AppendDeps,
  session: Session,
  { manifest, file, location }: LocatedFile,
): Promise<void> {
  const written = await deps.warehouse.appendFile(session, {
    key: file.key,
    location,
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

/** Microseconds are kept; the session's zone is UTC in every engine. */
function sqlTimestamp(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}
