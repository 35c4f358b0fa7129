import { failpoint } from '../../lib/failpoint.ts';
import { ShopwaveError } from '../../lib/errors.ts';
import { formatDuration } from '../../lib/duration.ts';
import { adoptBatch, isLanded, landBatch, migrateIngest, readChain } from '../landing/chain.ts';
import { landingErrors } from '../landing/errors.ts';
import { chainStart } from '../landing/manifest.ts';
import type { Manifest } from '../landing/manifest.ts';
import { withSource } from './capture-deps.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { readCaptureState, writeCaptureState } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import { captureErrors } from './errors.ts';
import { lsnToPosition, parseLsn } from './lsn.ts';
import { createSlot, dropSlot, publicationSql, quoted } from './publication.ts';
import { readinessError, readinessProblems } from './readiness.ts';
import { readSnapshot } from './snapshot.ts';
import { connectReplication, describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import {
  readCatalogDigest,
  readLog,
  readLogEnd,
  readPublication,
  readServer,
  readSlot,
  readTables,
} from './source-facts.ts';

/** What setup did. */
export interface SetupResult {
  /** present: it was there; taken: read now; adopted: a crash had left it unrecorded. */
  readonly snapshot: 'present' | 'taken' | 'adopted';
  /** Rows of the snapshot that was taken or adopted. */
  readonly rows: number;
  /** Landed position, 16 hex digits. */
  readonly position: string;
}

/** Brings capture to the point where changes can be read; does nothing when it is there. */
export async function setUpCapture(deps: CaptureDeps): Promise<SetupResult> {
  await migrateIngest(deps.control);
  const chain = await readChain(deps.control, deps.source);
  if (chain !== undefined && chain.position !== chainStart) {
    return { snapshot: 'present', rows: 0, position: chain.position };
  }
  return await withSource(deps, async (source) => {
    const earlier = await readCaptureState(deps.control, deps.source);
    const adopted = earlier === undefined ? undefined : await adoptBatch(deps, chainStart);
    if (adopted !== undefined) {
      deps.logger.info('adopted the snapshot that a crash left unrecorded', { batch: adopted.batchId });
      return { snapshot: 'adopted', rows: adopted.rows, position: adopted.toPosition };
    }
    const state = await prepare(deps, source, earlier);
    const manifest = await takeSnapshot(deps, source, state);
    return { snapshot: 'taken', rows: manifest.rows, position: manifest.toPosition };
  });
}

/** Drops slot and publication at the source. */
export async function removeCapture(deps: CaptureDeps, source: SourceConnection): Promise<void> {
  await dropSlot(source, deps.slot);
  await source.query(`drop publication if exists ${quoted(deps.publication)}`);
}

/** Checks the source, makes the publication, and clears away the slot of a snapshot that was never finished. */
async function prepare(
  deps: CaptureDeps,
  source: SourceConnection,
  earlier: CaptureState | undefined,
): Promise<CaptureState> {
  const where = describeUrl(deps.sourceUrl);
  const log = await readLog(source);
  const before = await readPublication(source, deps.publication);
  const problems = readinessProblems(
    {
      server: await readServer(source),
      log,
      tables: await readTables(source, deps.tables),
      publication: before,
      publicationName: deps.publication,
    },
    deps.tables,
  );
  if (problems.length > 0) throw readinessError(problems, where);
  await clearSlot(deps, source, earlier);
  if (before === undefined) await source.query(publicationSql(deps.publication, deps.tables));
  const publication = before ?? (await readPublication(source, deps.publication));
  const state: CaptureState = {
    slot: deps.slot,
    publication: deps.publication,
    publicationOid: publication?.oid ?? 0,
    systemIdentifier: log.systemIdentifier,
    timeline: log.timeline,
    tables: deps.tables.map((table) => ({
      table: table.table,
      key: [...table.key],
      columns: [...table.columns],
      membershipOid: publication?.tables.find((each) => each.table === table.table)?.oid ?? 0,
    })),
  };
  await writeCaptureState(deps.control, deps.source, state);
  return state;
}

/** Only a slot that the control store has on record as ours, in this cluster, with nothing landed, is dropped. */
async function clearSlot(
  deps: CaptureDeps,
  source: SourceConnection,
  earlier: CaptureState | undefined,
): Promise<void> {
  if (earlier === undefined && (await isLanded(deps, chainStart))) {
    throw landingErrors.error('LANDING_ARCHIVE_FOREIGN', {
      message: `the archive holds a snapshot of ${deps.source}`,
      where: deps.store.locate('manifests'),
    });
  }
  if ((await readSlot(source, deps.slot)) === undefined) return;
  const { systemIdentifier } = await readLog(source);
  if (earlier?.slot !== deps.slot || earlier.systemIdentifier !== systemIdentifier) {
    throw captureErrors.error('CAPTURE_SLOT_FOREIGN', {
      message: `there is a slot ${deps.slot} that this control store did not make`,
      where: describeUrl(deps.sourceUrl),
      remedy: `If nothing uses it: select pg_drop_replication_slot('${deps.slot}'); then start again.`,
    });
  }
  deps.logger.info('an earlier snapshot was not finished; it starts again');
  await dropSlot(source, deps.slot);
}

/** DDL during the making of a slot spoils it; on a live shop a quiet moment is found within a few tries. */
const slotAttempts = 8;

async function takeSnapshot(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
): Promise<Manifest> {
  const step = `snapshot ${deps.source}`;
  deps.onProgress({ step, state: 'started', note: 'waiting for open transactions at the source' });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const manifest = await snapshotOnce(deps, source, state, step);
      deps.onProgress({ step, state: 'finished', done: manifest.rows, total: manifest.rows, unit: 'rows' });
      return manifest;
    } catch (error) {
      const isMoved = error instanceof ShopwaveError && error.code === 'CAPTURE_CATALOG_MOVED';
      if (!isMoved || attempt === slotAttempts) throw error;
      deps.logger.info('the catalogue changed while the slot was made; it is made again', { attempt });
      await dropSlot(source, deps.slot);
      await deps.clock.sleep(100 * attempt);
    }
  }
}

async function snapshotOnce(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  step: string,
): Promise<Manifest> {
  // The time before the slot: no change that is streamed later can have been committed before it.
  const { at } = await readLogEnd(source);
  const { database } = await readServer(source);
  const catalogDigest = await readCatalogDigest(source, deps.tables);
  const replication = await connectReplication(deps.sourceUrl);
  try {
    const slot = await createSlot(replication, deps.slot);
    const toPosition = lsnToPosition(parseLsn(slot.consistentPoint));
    const batch = await readSnapshot({
      sourceUrl: deps.sourceUrl,
      store: deps.store,
      tables: deps.tables,
      snapshotName: slot.snapshotName,
      catalogDigest,
      stamp: { pos: toPosition, at },
      onImported: replication.close,
      onRows: snapshotProgress(deps, step),
    });
    failpoint('cdc.after_read');
    const { systemIdentifier, timeline, publication } = state;
    return await landBatch(deps, batch, {
      kind: 'snapshot',
      fromPosition: chainStart,
      toPosition,
      toCommittedAt: at,
      origin: { systemIdentifier, timeline, database, slot: state.slot, publication },
    });
  } finally {
    await replication.close();
  }
}

const progressEveryMs = 200;

/** Rows done, rows expected and the time that is left, at most five times a second. */
function snapshotProgress(deps: CaptureDeps, step: string): (done: number, total: number) => void {
  const begin = deps.clock.monotonicMs();
  let last = begin;
  return (done, total) => {
    const now = deps.clock.monotonicMs();
    if (done > 0 && now - last < progressEveryMs) return;
    last = now;
    const leftMs = done === 0 ? 0 : ((now - begin) / done) * Math.max(0, total - done);
    const note = done === 0 ? {} : { note: `ETA ${formatDuration(leftMs)}` };
    deps.onProgress({ step, state: 'running', done, total, unit: 'rows', ...note });
  };
}
