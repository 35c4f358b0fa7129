import { createHash } from 'node:crypto';
import { reachedLines } from './reached-lines.ts';
import type { Knex } from 'knex';
import { ShopwaveError } from '../../lib/errors.ts';
import { forgetWarehouse } from '../../lib/memory.ts';
import type { ReachedObject, Warehouse } from '../../warehouse/warehouse.ts';
import { appendFiles, recordLoaded } from '../landing/append-files.ts';
import { beginChain, migrateIngest } from '../landing/chain.ts';
import { ingestSchema } from '../landing/control-schema.ts';
import { quarantineTable } from '../landing/load.ts';
import { mustBeOurs, readLoadedEnds } from '../landing/loaded-ends.ts';
import { chainStart } from '../landing/manifest.ts';
import { ensureLoadSchema } from '../landing/raw-tables.ts';
import { recordManifest } from '../landing/record-manifest.ts';
import type { ArchiveDeps } from './archive.ts';
import { readSoundCatalog } from './catalog.ts';
import type { Catalog, Chain, ManifestObject } from './catalog.ts';
import { archiveErrors } from './errors.ts';
import { createProof } from './prove.ts';
import type { Prove } from './prove.ts';
import { ensureRetentionSchema } from './retired-keys.ts';

export interface RebuildDeps extends ArchiveDeps {
  readonly control: Knex;
  readonly warehouse: Warehouse;
}

export interface RebuildResult {
  readonly chain: string;
  readonly position: string;
  /** Batches that were recorded in the control store, and loaded into raw; or would be. */
  readonly recorded: number;
  readonly loaded: number;
  readonly rows: number;
}

/** Rows of batches that are loaded in one transaction. */
const rowsPerRound = 200_000;

/**
 * Makes the control store's chains and cursors and the warehouse's raw tables anew from the archive alone. It goes on
 * where an interrupted one stopped, and refuses a control store that knows other batches.
 */
export async function rebuildFromArchive(deps: RebuildDeps, dryRun = false): Promise<RebuildResult[]> {
  const catalog = await readSoundCatalog(deps.store, { onProgress: deps.onProgress });
  await migrateIngest(deps.control);
  for (const chain of catalog.chains) await mustFit(deps.control, chain);
  const before = await Promise.all(catalog.chains.map((chain) => recordedOf(deps.control, chain.name)));
  if (!dryRun) for (const chain of catalog.chains) await recordChain(deps, chain);
  if (!dryRun) await advanceBatchNumber(deps.control, catalog.chains);
  if (!dryRun) await prepareWarehouse(deps, catalog);
  const results: RebuildResult[] = [];
  for (const [index, chain] of catalog.chains.entries()) {
    const loaded = await loadChain(deps, catalog, chain, dryRun);
    results.push({
      chain: chain.name,
      position: chain.manifests.at(-1)?.manifest.toPosition ?? chainStart,
      recorded: chain.manifests.length - (before[index]?.size ?? 0),
      ...loaded,
    });
  }
  return results;
}

async function recordedOf(control: Knex, chain: string): Promise<ReadonlyMap<string, string>> {
  const rows: Array<{ key: string; batch_id: string }> = await control
    .withSchema(ingestSchema)
    .from('manifest')
    .select('key', 'batch_id')
    .where({ source: chain });
  return new Map(rows.map((row) => [row.key, row.batch_id]));
}

/** A batch that is recorded and that the archive does not hold, or holds as another, is of another archive. */
async function mustFit(control: Knex, { name, manifests }: Chain): Promise<void> {
  const held = new Map(manifests.map(({ key, manifest }) => [key, manifest.batchId]));
  for (const [key, batchId] of await recordedOf(control, name)) {
    if (held.get(key) === batchId) continue;
    throw archiveErrors.error('ARCHIVE_CHAIN_DIFFERS', {
      message: `the control store has ${batchId} there, the archive ${held.get(key) ?? 'nothing'}`,
      where: key,
    });
  }
}

async function recordChain(deps: RebuildDeps, { name, manifests }: Chain): Promise<void> {
  await beginChain(deps.control, name);
  const step = `rebuild control store: ${name}`;
  const total = manifests.length;
  for (const [done, { manifest, text, key }] of manifests.entries()) {
    deps.signal?.throwIfAborted();
    try {
      await recordManifest(deps.control, manifest, text);
    } catch (error) {
      const isOther = error instanceof ShopwaveError && error.code === 'LANDING_POSITION_TAKEN';
      if (!isOther) throw error;
      throw archiveErrors.error('ARCHIVE_CHAIN_DIFFERS', {
        message: `the control store has ${name} at another position, or another batch there`,
        where: key,
      });
    }
    if (done % 100 === 0) deps.onProgress({ step, state: 'running', done, total, unit: 'batches' });
  }
  deps.onProgress({ step, state: 'finished', done: total, total, unit: 'batches' });
}

/** The next batch must not take a number that the archive has used. */
async function advanceBatchNumber(control: Knex, chains: readonly Chain[]): Promise<void> {
  const numbers = chains.flatMap(({ manifests }) =>
    manifests.map(({ manifest }) => Number(manifest.batchId.slice(-12))),
  );
  const highest = numbers.reduce((left, right) => Math.max(left, right), 0);
  if (highest === 0) return;
  await control.raw(
    `select setval('${ingestSchema}.batch_number', greatest(?::bigint, (select last_value from ${ingestSchema}.batch_number)))`,
    [highest],
  );
}

async function prepareWarehouse(
  { warehouse, control }: RebuildDeps,
  { files, chains }: Catalog,
): Promise<void> {
  const sources = new Set(
    chains.flatMap(({ manifests }) => manifests.map(({ manifest }) => manifest.source)),
  );
  for (const source of sources) {
    const tables = files.filter(({ manifest }) => manifest.source === source).map(({ file }) => file.table);
    await ensureLoadSchema(warehouse, source, [...new Set([...tables, quarantineTable])]);
  }
  await ensureRetentionSchema(warehouse);
  // What it holds must be of this archive: its batches would pass for ours that are loaded.
  await mustBeOurs(control, await readLoadedEnds(warehouse));
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function loadChain(
  deps: RebuildDeps,
  catalog: Catalog,
  { name, manifests }: Chain,
  dryRun: boolean,
): Promise<Pick<RebuildResult, 'loaded' | 'rows'>> {
  const known = await loadedBatches(deps.warehouse, dryRun);
  const pending = manifests.filter(({ manifest }) => !known.has(manifest.batchId));
  const step = `rebuild raw: ${name}`;
  const total = pending.reduce((sum, { manifest }) => sum + manifest.rows, 0);
  const prove = createProof(deps);
  let rows = 0;
  let loaded = 0;
  for (const round of roundsOf(pending)) {
    deps.signal?.throwIfAborted();
    if (!dryRun) await loadRound(deps, catalog, prove, round);
    loaded += round.length;
    rows += round.reduce((sum, { manifest }) => sum + manifest.rows, 0);
    deps.onProgress({ step, state: 'running', done: rows, total, unit: 'rows' });
  }
  deps.onProgress({ step, state: 'finished', done: rows, total, unit: 'rows' });
  return { loaded, rows };
}

/** Batches that the warehouse names as loaded; none where it was never loaded into. */
export async function loadedBatches(warehouse: Warehouse, mayBeEmpty = false): Promise<ReadonlySet<string>> {
  const [there] = await warehouse.query(
    `select count(*) as n from information_schema.tables where lower(table_schema) = '_meta' and lower(table_name) = 'loaded_batch'`,
  );
  if (mayBeEmpty && Number(there?.['n'] ?? 0) === 0) return new Set();
  const rows = await warehouse.query('select batch_id from _meta.loaded_batch');
  return new Set(rows.map((row) => String(row['batch_id'])));
}

function roundsOf(manifests: readonly ManifestObject[]): ManifestObject[][] {
  const rounds: ManifestObject[][] = [];
  let rows = Infinity;
  for (const each of manifests) {
    if (rows + each.manifest.rows > rowsPerRound) {
      rounds.push([]);
      rows = 0;
    }
    rounds.at(-1)?.push(each);
    rows += each.manifest.rows;
  }
  return rounds;
}

async function loadRound(
  deps: RebuildDeps,
  catalog: Catalog,
  prove: Prove,
  round: readonly ManifestObject[],
): Promise<void> {
  const files = round.flatMap(({ manifest }) => manifest.files.map((file) => ({ manifest, file })));
  const reached = new Map<string, ReachedObject>();
  try {
    for (const { file } of files) {
      await prove(file, catalog.compactionOf.get(file.key));
      reached.set(file.key, await reachedLines(deps, file, catalog.compactionOf.get(file.key)));
    }
    const batches = round.map(({ manifest, text }) => ({ manifest, sha256: sha256Of(text) }));
    await deps.warehouse.transaction(async (session) => {
      await appendFiles(
        deps,
        session,
        files.map((each) => ({ ...each, location: reached.get(each.file.key)?.path ?? '' })),
      );
      await recordLoaded(deps, session, batches);
    });
  } finally {
    forgetWarehouse(deps.warehouse);
    for (const each of reached.values()) await each.release();
  }
}
