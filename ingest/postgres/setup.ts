import { adoptBatch, isLanded, landBatch, migrateIngest, readChain } from '../landing/chain.ts';
import { createBatchWriter } from '../landing/batch-writer.ts';
import { ingestSchema } from '../landing/control-schema.ts';
import { landingErrors } from '../landing/errors.ts';
import { chainStart } from '../landing/manifest.ts';
import { canaryTable, canaryTableSql } from './canary.ts';
import { withSource } from './capture-deps.ts';
import type { CaptureDeps, CapturePlace } from './capture-deps.ts';
import { readCaptureState, wantsCanary, writeCaptureState } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import { migrateCapture } from './control-tables.ts';
import { captureErrors } from './errors.ts';
import { lostStateError } from './lost-state.ts';
import { makeSlot } from './make-slot.ts';
import { keepPartitions } from './partitions.ts';
import { dropSlot, publicationSql, quoted } from './publication.ts';
import { publishesViaRoot, readinessError, readinessProblems } from './readiness.ts';
import type { ReadinessFacts } from './readiness.ts';
import { finishSnapshots } from './snapshot-run.ts';
import { beginRun, hasRun } from './snapshot-store.ts';
import { describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readLog, readPublication, readServer, readSlot, readTables } from './source-facts.ts';
import type { CapturedTable } from './shop-tables.ts';

/** What setup did. */
export interface SetupResult {
  /** present: it was there; taken: read now; resumed: what an earlier process had begun was read to its end. */
  readonly snapshot: 'present' | 'taken' | 'resumed';
  /** Rows of the snapshots that were read to their end. */
  readonly rows: number;
  /** Landed position of the log, 16 hex digits. */
  readonly position: string;
}

/** Brings capture to the point where everything there was is landed; does nothing when it is. */
export async function setUpCapture(deps: CaptureDeps, signal?: AbortSignal): Promise<SetupResult> {
  const { isNew, state } = await beginCapture(deps);
  const { rows, tables } = await finishSnapshots(deps, state, signal);
  const { position = chainStart } = (await readChain(deps.control, deps.source)) ?? {};
  return { snapshot: isNew ? 'taken' : tables.length === 0 ? 'present' : 'resumed', rows, position };
}

/**
 * The first part of setup: publication and slot. From then on changes can be captured, and log does not pile up while
 * the snapshot is read.
 */
export async function beginCapture(
  deps: CaptureDeps,
): Promise<{ readonly isNew: boolean; readonly state: CaptureState }> {
  await migrateIngest(deps.control);
  await migrateCapture(deps.control);
  const chain = await readChain(deps.control, deps.source);
  const earlier = await readCaptureState(deps.control, deps.source);
  if (chain !== undefined && chain.position !== chainStart) {
    if (earlier === undefined) throw lostStateError(deps);
    await beginFirstRun(deps);
    return { isNew: false, state: earlier };
  }
  return await withSource(deps, async (source) => {
    const adopted = earlier === undefined ? undefined : await adoptBatch(deps, chainStart);
    if (adopted === undefined) await landBeginning(deps, source, earlier);
    else deps.logger.info('adopted the slot that a crash left unrecorded', { batch: adopted.batchId });
    await beginFirstRun(deps);
    const state = await readCaptureState(deps.control, deps.source);
    if (state === undefined) throw new Error('the state that was just written is not there');
    return { isNew: true, state };
  });
}

/** Drops what capture made at the source. The canary's table stays while another slot has a row in it. */
export async function removeCapture(deps: CaptureDeps, source: SourceConnection): Promise<void> {
  for (const sql of await removalSql(deps, source)) {
    if (sql.kind === 'slot') await dropSlot(source, deps.slot);
    else await source.query(sql.text);
  }
}

/** What removing capture runs at the source, in this order; nothing for what is not there. */
export async function removalSql(
  deps: CaptureDeps,
  source: SourceConnection,
): Promise<Array<{ readonly kind: 'slot' | 'statement'; readonly text: string }>> {
  const [slot, publication, [heartbeat]] = [
    await readSlot(source, deps.slot),
    await readPublication(source, deps.publication),
    await readTables(source, [canaryTable]),
  ];
  const statement = (text: string) => ({ kind: 'statement' as const, text });
  const table = `public.${canaryTable.table}`;
  const others =
    heartbeat?.isOwned === true
      ? await source.query(`select from ${table} where slot <> $1 limit 1`, [deps.slot])
      : [];
  return [
    ...(slot === undefined
      ? []
      : [{ kind: 'slot' as const, text: `select pg_drop_replication_slot('${deps.slot}')` }]),
    ...(publication === undefined ? [] : [statement(`drop publication ${quoted(deps.publication)}`)]),
    ...(heartbeat?.isOwned !== true
      ? []
      : [
          statement(
            others.length === 0 ? `drop table ${table}` : `delete from ${table} where slot = '${deps.slot}'`,
          ),
        ]),
  ];
}

/** Makes publication and slot, and lands the beginning of the log: an empty batch that says where the stream begins. */
async function landBeginning(
  deps: CaptureDeps,
  source: SourceConnection,
  earlier: CaptureState | undefined,
): Promise<void> {
  const state = await prepare(deps, source, earlier);
  const { database } = await readServer(source);
  const { position, at } = await makeSlot(deps, source);
  const { systemIdentifier, timeline, slot, publication } = state;
  const nothing = createBatchWriter(deps.store);
  await landBatch(deps, nothing, {
    kind: 'snapshot',
    fromPosition: chainStart,
    toPosition: position,
    toCommittedAt: at,
    origin: { systemIdentifier, timeline, database, slot, publication },
  });
}

/** The run of a new capture counts from where its stream begins. Captures from before runs have a whole snapshot. */
async function beginFirstRun(deps: CaptureDeps): Promise<void> {
  if (await hasRun(deps.control, deps.source)) return;
  const rows: Array<{ rows: string; position: string; at: string }> = await deps.control
    .withSchema(ingestSchema)
    .from('manifest')
    .where({ source: deps.source, from_position: chainStart })
    .select(
      'rows',
      'to_position as position',
      deps.control.raw(`to_char(committed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`),
    );
  const [first] = rows;
  if (first === undefined || first.rows !== '0') return;
  await beginRun(deps.control, deps.source, deps.tables, { position: first.position, committedAt: first.at });
}

/** What the publication is to have. */
function publishedTables(deps: CapturePlace, state: CaptureState | undefined): CapturedTable[] {
  return [...deps.tables, ...(wantsCanary(deps.canary, state) ? [canaryTable] : [])];
}

/** Everything that decides whether capture can be set up. */
export async function readReadiness(
  deps: CapturePlace,
  source: SourceConnection,
  state: CaptureState | undefined,
): Promise<ReadinessFacts> {
  const published = publishedTables(deps, state);
  return {
    server: await readServer(source),
    log: await readLog(source),
    tables: await readTables(source, published),
    publication: await readPublication(source, deps.publication),
    publicationName: deps.publication,
    published,
  };
}

/** Checks the source, makes the publication, and clears away a slot whose beginning was never landed. */
async function prepare(
  deps: CaptureDeps,
  source: SourceConnection,
  earlier: CaptureState | undefined,
): Promise<CaptureState> {
  const facts = await readReadiness(deps, source, undefined);
  const problems = readinessProblems(facts, deps.tables);
  if (problems.length > 0) throw readinessError(problems, describeUrl(deps.sourceUrl));
  await clearSlot(deps, source, earlier);
  if (facts.published.includes(canaryTable)) await ensureCanaryTable(source, facts.tables);
  if (facts.publication === undefined) {
    const viaRoot = publishesViaRoot(facts.tables);
    await source.query(publicationSql(deps.publication, facts.published, viaRoot));
  }
  return await writeState(deps, source, facts.published);
}

/** Makes the canary's table unless it is there; whoever may only use it need not be allowed to make one. */
export async function ensureCanaryTable(
  source: SourceConnection,
  tables: ReadinessFacts['tables'],
): Promise<void> {
  if (!tables.some((each) => each.table === canaryTable.table)) await source.query(canaryTableSql);
}

/** Writes down what capture relies on, as it is at the source now. */
export async function writeState(
  deps: CaptureDeps,
  source: SourceConnection,
  published: readonly CapturedTable[],
): Promise<CaptureState> {
  const publication = await readPublication(source, deps.publication);
  const { systemIdentifier, timeline } = await readLog(source);
  const state: CaptureState = {
    slot: deps.slot,
    publication: deps.publication,
    publicationOid: publication?.oid ?? 0,
    systemIdentifier,
    timeline,
    tables: published.map((table) => ({
      table: table.table,
      key: [...table.key],
      columns: [...table.columns],
      membershipOid: publication?.tables.find((each) => each.table === table.table)?.oid ?? 0,
    })),
  };
  await writeCaptureState(deps.control, deps.source, state);
  await keepPartitions(deps, source);
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
  deps.logger.info('an earlier setup was not finished; its slot is made again');
  await dropSlot(source, deps.slot);
}
