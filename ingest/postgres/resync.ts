import { ShopwaveError } from '../../lib/errors.ts';
import { createBatchWriter } from '../landing/batch-writer.ts';
import { adoptBatch, landBatch, migrateIngest, readChain } from '../landing/chain.ts';
import { chainStart } from '../landing/manifest.ts';
import { canaryTable, canaryTableSql } from './canary.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { readCaptureState } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import { continuityError, readdedTables } from './continuity.ts';
import { withStreamLock } from './control-lock.ts';
import { migrateCapture } from './control-tables.ts';
import { captureErrors } from './errors.ts';
import { healGaps, openGaps, recordGap } from './gaps.ts';
import { lostStateError, mustBeOurSlots, stateFromArchive } from './lost-state.ts';
import { parseLsn, positionToLsn } from './lsn.ts';
import { makeSlot } from './make-slot.ts';
import { partitionChanges, partitionsError } from './partitions.ts';
import { dropSlot } from './publication.ts';
import {
  mendPublicationSql,
  publicationDifferences,
  publishesViaRoot,
  readinessError,
  readinessProblems,
} from './readiness.ts';
import type { ReadinessFacts } from './readiness.ts';
import { planResync } from './resync-plan.ts';
import type { ResyncPlan } from './resync-plan.ts';
import { ensureCanaryTable, readReadiness, writeState } from './setup.ts';
import { readLogPosition } from './slot-facts.ts';
import { finishSnapshots } from './snapshot-run.ts';
import { abandonRuns, beginRun, retireTables } from './snapshot-store.ts';
import { describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readLog, readLogEnd, readServer, readSlot } from './source-facts.ts';

export interface ResyncOptions {
  /** Tables to read anew though nothing is wrong with them. */
  readonly tables?: readonly string[];
  /** Say what would be done, and do nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface ResyncResult {
  /** Why something was to do; empty when nothing was. */
  readonly reasons: readonly string[];
  /** Tables that were read, or would be. */
  readonly tables: readonly string[];
  /** What was, or would be, run at the source. */
  readonly statements: readonly string[];
  readonly rows: number;
}

/** What was found, and what is to be done about it. */
interface Decision {
  readonly facts: ReadinessFacts;
  readonly plan: ResyncPlan;
  readonly statements: readonly string[];
  /** What breaks the stream, as long as it is not written down. */
  readonly breaks: readonly ShopwaveError[];
  /** A slot of ours under another name. */
  readonly oldSlot: string;
}

/**
 * Brings raw back to what the source is, whatever happened to the stream, beside the running shop. A gap is written down
 * before anything is done about it, and is mended when the snapshot is read to its end: a crash in between hides
 * nothing, and the next capture, snapshot or resync goes on after the last chunk.
 */
export async function resyncCapture(
  deps: CaptureDeps,
  source: SourceConnection,
  { tables: asked, dryRun = false, signal }: ResyncOptions,
): Promise<ResyncResult> {
  mustBeCaptured(deps, asked);
  const namesOf = ({ tables }: ResyncPlan): string[] => tables.map((each) => each.table);
  if (dryRun) {
    const { plan, statements } = await decide(deps, source, asked, true);
    return { reasons: plan.reasons, tables: namesOf(plan), statements, rows: 0 };
  }
  await migrateIngest(deps.control);
  await migrateCapture(deps.control);
  const { plan, statements } = await withStreamLock(deps.control, deps.source, 'alone', async () => {
    const decision = await decide(deps, source, asked, false);
    if (decision.plan.reasons.length > 0) await carryOut(deps, source, decision);
    return decision;
  });
  const state = await readCaptureState(deps.control, deps.source);
  if (state === undefined) throw lostStateError(deps);
  // Also what an earlier call had left.
  const { rows, tables } = await finishSnapshots(deps, state, signal);
  const names = namesOf(plan);
  return { reasons: plan.reasons, tables: names.length === 0 ? tables : names, statements, rows };
}

function mustBeCaptured(deps: CaptureDeps, asked: readonly string[] | undefined): void {
  const unknown = asked?.filter((name) => !deps.tables.some((each) => each.table === name)) ?? [];
  if (unknown.length === 0) return;
  throw captureErrors.error('CAPTURE_TABLE_MISSING', {
    message: `not on the allow-list: ${unknown.join(', ')}`,
    remedy: `Name one of ${deps.tables.map((each) => each.table).join(', ')}.`,
  });
}

/** Changes nothing, at the source or in the control store. */
async function decide(
  deps: CaptureDeps,
  source: SourceConnection,
  asked: readonly string[] | undefined,
  dryRun: boolean,
): Promise<Decision> {
  const known = await readCaptureState(deps.control, deps.source);
  const { position = chainStart } = (await readChain(deps.control, deps.source)) ?? {};
  if (position === chainStart) {
    throw captureErrors.error('CAPTURE_NOT_SET_UP', { message: `${deps.source} was never set up` });
  }
  const state = known ?? (await stateFromArchive(deps, position));
  const facts = await readReadiness(deps, source, state);
  const broken = await readBreak(deps, source, state, facts, position);
  if (known === undefined) await mustBeOurSlots(deps, source, state, position);
  const error = known === undefined ? lostStateError(deps) : broken;
  const isSame =
    facts.publication !== undefined &&
    publicationDifferences(facts.publication, state.tables, publishesViaRoot(facts.tables)).length === 0;
  const sameOid = facts.publication?.oid === state.publicationOid;
  // What was never set up in this control store has no tables of its own there before it is mended.
  const isFresh = known === undefined && dryRun;
  const changes = isFresh ? [] : await partitionChanges(deps, source);
  const partitions = partitionsError(changes, describeUrl(deps.sourceUrl));
  const plan = planResync({
    state,
    wanted: deps.tables,
    brokenBy: error?.code,
    gaps: isFresh ? [] : await openGaps(deps.control, deps.source),
    readded:
      facts.publication !== undefined && isSame && sameOid ? readdedTables(facts.publication, state) : [],
    repartitioned: changes.map((each) => each.table),
    asked,
  });
  return {
    facts,
    plan,
    statements: statementsOf(deps, facts, plan, state.slot),
    breaks: [error, known === undefined ? undefined : partitions].filter((each) => each !== undefined),
    oldSlot: state.slot,
  };
}

/** What breaks the stream now. */
async function readBreak(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  facts: ReadinessFacts,
  position: string,
): Promise<ShopwaveError | undefined> {
  const continuity = {
    log: facts.log,
    logEnd: parseLsn((await readLogEnd(source)).lsn ?? '0/0'),
    database: facts.server.database,
    slot: await readSlot(source, state.slot),
    publication: facts.publication,
    tables: facts.tables,
    // Nobody captures beside a resync.
    landedSince: positionToLsn(position),
  };
  const error = continuityError(continuity, state, continuity.landedSince, describeUrl(deps.sourceUrl));
  refuseHopeless(error);
  return error;
}

/** What no reading of tables mends: positions of another log cannot go on in this archive. */
function refuseHopeless(error: ShopwaveError | undefined): void {
  const hopeless = ['CAPTURE_OTHER_CLUSTER', 'CAPTURE_STANDBY', 'CAPTURE_LOG_WENT_BACK'];
  if (error === undefined || !hopeless.includes(error.code)) return;
  throw new ShopwaveError(
    error.code,
    {
      summary: error.message,
      retryable: error.retryable,
      remedy:
        'Point --source-url at the server that was captured. A server with another log needs a data folder of its own, ' +
        'or a start from nothing (--fresh).',
    },
    { message: error.message, where: error.where },
  );
}

function statementsOf(deps: CaptureDeps, facts: ReadinessFacts, plan: ResyncPlan, oldSlot: string): string[] {
  const hasTable = facts.tables.some((each) => each.table === canaryTable.table);
  return [
    ...(facts.published.includes(canaryTable) && !hasTable ? [canaryTableSql] : []),
    ...mendPublicationSql(facts),
    ...(plan.needsSlot
      ? [
          ...[...new Set([oldSlot, deps.slot])].map((name) => `select pg_drop_replication_slot('${name}')`),
          `CREATE_REPLICATION_SLOT "${deps.slot}" LOGICAL pgoutput (SNAPSHOT 'export')`,
        ]
      : []),
  ];
}

async function carryOut(
  deps: CaptureDeps,
  source: SourceConnection,
  { facts, plan, breaks, oldSlot }: Decision,
): Promise<void> {
  const problems = readinessProblems(facts, deps.tables).filter(
    (each) => each.code !== 'CAPTURE_PUBLICATION_DIFFERS',
  );
  if (problems.length > 0) throw readinessError(problems, describeUrl(deps.sourceUrl));
  const { position = chainStart } = (await readChain(deps.control, deps.source)) ?? {};
  for (const error of breaks) await recordGap(deps.control, deps.source, position, error);
  if (facts.published.includes(canaryTable)) await ensureCanaryTable(source, facts.tables);
  for (const sql of mendPublicationSql(facts)) await source.query(sql);
  if (plan.needsSlot) {
    await dropSlot(source, oldSlot);
    return await takeNewSlot(deps, source, facts, plan);
  }
  // The run first: from its row on, the stream may show tables as they were. Its position is read after this.
  const run = await beginRun(deps.control, deps.source, plan.tables);
  const until = await readLogPosition(source);
  await retireTables(deps.control, run.id, plan.retired, until);
  // Before the source looks whole by what is on record of it.
  await healGaps(deps.control, deps.source, run.id);
  await writeState(deps, source, facts.published);
}

/**
 * The log between what is landed and the new slot is lost; the tables as of the new slot make up for it. Until the batch
 * that leads to it is landed, the slot is ahead of the chain, which capture refuses.
 */
async function takeNewSlot(
  deps: CaptureDeps,
  source: SourceConnection,
  facts: ReadinessFacts,
  plan: ResyncPlan,
): Promise<void> {
  const before = (await readChain(deps.control, deps.source))?.position ?? chainStart;
  const adopted = await adoptBatch(deps, before);
  const fromPosition = adopted?.toPosition ?? before;
  await dropSlot(source, deps.slot);
  const state = await writeState(deps, source, facts.published);
  const { position, at } = await makeSlot(deps, source);
  if (position <= fromPosition) {
    throw captureErrors.error('CAPTURE_LOG_WENT_BACK', {
      message: `the new slot begins at ${position}, and ${fromPosition} is landed`,
      where: describeUrl(deps.sourceUrl),
    });
  }
  await abandonRuns(deps.control, deps.source);
  const run = await beginRun(deps.control, deps.source, plan.tables, { position, committedAt: at });
  await healGaps(deps.control, deps.source, run.id);
  const { database } = await readServer(source);
  const { timeline, systemIdentifier } = await readLog(source);
  await landBatch(deps, createBatchWriter(deps.store), {
    kind: 'changes',
    fromPosition,
    toPosition: position,
    toCommittedAt: at,
    origin: {
      systemIdentifier,
      timeline,
      database,
      slot: state.slot,
      publication: state.publication,
    },
  });
}
