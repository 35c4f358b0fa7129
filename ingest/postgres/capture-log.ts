import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import { failpoint } from '../../lib/failpoint.ts';
import { adoptBatch, landBatch, readChain } from '../landing/chain.ts';
import type { ChainState } from '../landing/chain.ts';
import { chainStart } from '../landing/manifest.ts';
import type { Manifest } from '../landing/manifest.ts';
import { beatCanary, canaryTable } from './canary.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { readCaptureState, shopTablesOf } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import { continuityError, tablesError } from './continuity.ts';
import { withStreamLock } from './control-lock.ts';
import { captureErrors } from './errors.ts';
import { gapError, openGaps, recordGap } from './gaps.ts';
import { commitTimeToIso, formatLsn, lsnToPosition, parseLsn, positionToLsn } from './lsn.ts';
import { isStateLost, lostStateError } from './lost-state.ts';
import { checkPartitions } from './partitions.ts';
import { pullChanges } from './pull.ts';
import type { Pull } from './pull.ts';
import { publishesViaRoot } from './readiness.ts';
import { keepSample } from './slot-samples.ts';
import { runSnapshots } from './snapshot-run.ts';
import type { SnapshotResult } from './snapshot-run.ts';
import { lastSnapshotPosition, openTables, writeFillUntil } from './snapshot-store.ts';
import type { OpenTable } from './snapshot-store.ts';
import { describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readLog, readLogEnd, readPublication, readServer, readSlot, readTables } from './source-facts.ts';
import type { TableFacts } from './source-facts.ts';

export interface CaptureResult {
  /** Those of a snapshot that was read first included. */
  readonly batches: number;
  /** Lines landed; rows of such a snapshot. */
  readonly changes: number;
  /** Landed position, 16 hex digits. */
  readonly position: string;
  /** Source commit time that goes with the position, ISO 8601 UTC with microseconds. */
  readonly committedAt: string;
  /** Everything that was in the log when the call began is landed; false after an abort. */
  readonly caughtUp: boolean;
}

/**
 * With nothing to land, the slot is moved on only after this much foreign log (a segment): each move is an archive
 * object, since an acknowledgement that the archive does not explain would look like a gap.
 */
const idleLogBytes = 16_777_216n;

/** What one call of capture goes by. */
interface Tick {
  readonly state: CaptureState;
  readonly logEnd: { readonly at: string; readonly lsn: string | null };
  /** The beat that the stream must bring before the end of the log; undefined without a canary. */
  readonly beat: bigint | undefined;
}

/**
 * Lands everything that was committed before the call. A break of the stream is written down before it is thrown. What
 * was lost is brought back first: until then nothing of the stream is landed, so that no hole looks whole.
 */
export async function captureAll(
  deps: CaptureDeps,
  source: SourceConnection,
  signal: AbortSignal | undefined,
): Promise<CaptureResult> {
  const state = await readReadyState(deps);
  const healed = await healFirst(deps, source, state, signal);
  const landed = await captureTick(deps, source, state, signal);
  return {
    ...landed,
    batches: landed.batches + healed.tables.length,
    changes: landed.changes + healed.rows,
  };
}

/** Reads on with snapshots that heal a gap, unless another process does; resolves to what it landed of them. */
async function healFirst(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  signal: AbortSignal | undefined,
): Promise<Pick<SnapshotResult, 'rows' | 'tables'>> {
  const gaps = await openGaps(deps.control, deps.source);
  if (!gaps.some((each) => each.isHealing)) return { rows: 0, tables: [] };
  await inStep(deps, state, async () => {
    await checkStream(deps, source, state, positionToLsn((await readLanded(deps)).position));
  });
  return await runSnapshots(deps, state, signal, false);
}

/**
 * Runs a part of the tick during which nobody can change what is captured; in between, a resync may. A break is written
 * down before one can mend it, and never one that only looks like a break because of what a resync has changed.
 */
async function inStep<T>(deps: CaptureDeps, state: CaptureState, work: () => Promise<T>): Promise<T> {
  return await withStreamLock(deps.control, deps.source, 'shared', async () => {
    if (!isDeepStrictEqual(await readCaptureState(deps.control, deps.source), state)) {
      throw captureErrors.error('CAPTURE_SUPERSEDED', {
        message: `a resync has changed slot, publication or allow-list of ${deps.source}`,
        where: describeUrl(deps.sourceUrl),
      });
    }
    try {
      return await work();
    } catch (error) {
      await noteBreak(deps, error);
      throw error;
    }
  });
}

/** The error itself matters more than that it cannot be written down; a break that lasts is found again. */
async function noteBreak(deps: CaptureDeps, error: unknown): Promise<void> {
  try {
    await recordGap(deps.control, deps.source, (await readLanded(deps)).position, error);
  } catch (failure) {
    deps.logger.warn('an error of capture could not be noted in the control store', {
      reason: messageOf(failure),
    });
  }
}

async function captureTick(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  signal: AbortSignal | undefined,
): Promise<CaptureResult> {
  const tick = await inStep(deps, state, () => beginTick(deps, source, state));
  await keepSample(deps.control, deps.source, tick.logEnd);
  let batches = 0;
  let changes = 0;
  let caughtUp = false;
  const isAborted = (): boolean => signal?.aborted === true;
  let beatSeen = -1n;
  while (!caughtUp && !isAborted()) {
    const beatBefore = beatSeen;
    const step = await inStep(deps, state, () => takeStep(deps, source, tick, beatBefore));
    caughtUp = step.caughtUp;
    beatSeen = step.beat;
    batches += step.landed === undefined ? 0 : 1;
    changes += step.landed?.rows ?? 0;
  }
  const { position, committedAt = '' } = await readLanded(deps);
  return { batches, changes, position, committedAt, caughtUp };
}

interface Step {
  readonly landed: Manifest | undefined;
  readonly caughtUp: boolean;
  /** The canary's highest beat until now. */
  readonly beat: bigint;
}

async function beginTick(deps: CaptureDeps, source: SourceConnection, state: CaptureState): Promise<Tick> {
  await checkContinuity(deps, source, state, positionToLsn((await readLanded(deps)).position));
  const hasCanary = state.tables.some((each) => each.table === canaryTable.table);
  const beat = hasCanary ? await beatCanary(source, state.slot) : undefined;
  // Read before the checks of each pull: a publication that is found later was there for all of the log before this.
  return { state, beat, logEnd: await readLogEnd(source) };
}

async function takeStep(
  deps: CaptureDeps,
  source: SourceConnection,
  tick: Tick,
  beatBefore: bigint,
): Promise<Step> {
  const { position } = await readLanded(deps);
  const adopted = await adoptBatch(deps, position);
  if (adopted === undefined) return await captureOnce(deps, source, tick, position, beatBefore);
  deps.logger.info('adopted a batch that a crash left unrecorded', { batch: adopted.batchId });
  return { landed: adopted, caughtUp: false, beat: beatBefore };
}

/** One pull: check, read, land, and only then acknowledge. */
async function captureOnce(
  deps: CaptureDeps,
  source: SourceConnection,
  { state, logEnd, beat: expected }: Tick,
  position: string,
  beatBefore: bigint,
): Promise<Step> {
  const landedBefore = positionToLsn(position);
  const until = parseLsn(logEnd.lsn ?? '0/0');
  const viaRoot = await checkContinuity(deps, source, state, landedBefore);
  // A crash may have come before an acknowledgement; without it a bounded pull would only see old transactions.
  await acknowledge(deps, source, state.slot);
  if (until <= landedBefore) return { landed: undefined, caughtUp: true, beat: beatBefore };
  const open = await openTables(deps.control, deps.source, position);
  const pull = await pullOnce(deps, source, state, open, { landed: landedBefore, until, viaRoot });
  failpoint('cdc.after_read');
  const beat = pull.beat > beatBefore ? pull.beat : beatBefore;
  try {
    if (!pull.hitBound && expected !== undefined && beat < expected) {
      // Somebody else may have landed and acknowledged it meanwhile.
      if ((await readLanded(deps)).position !== position)
        return { landed: undefined, caughtUp: false, beat: beatBefore };
      throw captureErrors.error('CAPTURE_CANARY_LOST', {
        message: `beat ${expected} was written before ${logEnd.lsn}, and the stream up to there has not brought it`,
        where: describeUrl(deps.sourceUrl),
      });
    }
    const awaited = await lastSnapshotPosition(deps.control, deps.source);
    const end = pullEnd(pull, landedBefore, until, logEnd.at, awaited);
    if (end === undefined) return { landed: undefined, caughtUp: true, beat };
    await keepFilling(deps, source, open, pull.unfilled);
    const { systemIdentifier, timeline, slot, publication } = state;
    const { database } = await readServer(source);
    const landed = await landBatch(deps, pull.batch, {
      kind: 'changes',
      fromPosition: position,
      ...end,
      origin: { systemIdentifier, timeline, database, slot, publication },
    });
    await acknowledge(deps, source, slot);
    failpoint('cdc.after_ack');
    return { landed, caughtUp: !pull.hitBound, beat };
  } finally {
    await pull.batch.discard();
  }
}

async function pullOnce(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  open: readonly OpenTable[],
  { viaRoot, ...span }: { readonly landed: bigint; readonly until: bigint; readonly viaRoot: boolean },
): Promise<Pull> {
  const listed = new Set(deps.tables.map((each) => each.table));
  const previous = new Map(
    open.flatMap(({ table, previousColumns }) =>
      previousColumns === undefined ? [] : [[table, previousColumns] as const],
    ),
  );
  return await pullChanges({
    source,
    store: deps.store,
    name: deps.source,
    slot: state.slot,
    publication: state.publication,
    allow: {
      tables: deps.tables,
      viaRoot,
      previous,
      retired: new Set([...previous.keys()].filter((table) => !listed.has(table))),
      ...(deps.valueRules === undefined ? {} : { rules: deps.valueRules }),
    },
    openTables: new Set(open.map((each) => each.table)),
    canary: state.tables.some((each) => each.table === canaryTable.table),
    maxMessages: deps.maxMessages,
    ...span,
  });
}

/** Rows that have moved on since: the stream must be looked at until it has brought where they went. */
async function keepFilling(
  deps: CaptureDeps,
  source: SourceConnection,
  open: readonly OpenTable[],
  unfilled: ReadonlySet<string>,
): Promise<void> {
  if (unfilled.size === 0) return;
  const until = lsnToPosition(parseLsn((await readLogEnd(source)).lsn ?? '0/0'));
  for (const { run, table } of open.filter((each) => unfilled.has(each.table))) {
    await writeFillUntil(deps.control, run, table, until);
  }
}

/** Where the batch ends; undefined when there is nothing worth a batch. */
function pullEnd(
  pull: Pull,
  landed: bigint,
  until: bigint,
  at: string,
  awaited: string | undefined,
): Pick<Manifest, 'toPosition' | 'toCommittedAt'> | undefined {
  // Transactions without a line are the canary's; alone they are worth no batch.
  if (pull.endLsn !== undefined && (pull.batch.rows() > 0 || pull.hitBound)) {
    return { toPosition: lsnToPosition(pull.endLsn), toCommittedAt: commitTimeToIso(pull.committedAt) };
  }
  if (pull.hitBound) {
    throw captureErrors.error('CAPTURE_STREAM_BROKEN', {
      message: `the slot sent only what ends before ${formatLsn(landed)}, which was acknowledged`,
    });
  }
  // What a snapshot read stands at a position of its own: staging takes it up once the log has come there, and a shop in
  // which nothing changes would keep it waiting.
  const isAwaited =
    awaited !== undefined && awaited > lsnToPosition(landed) && awaited <= lsnToPosition(until);
  if (!isAwaited && until - landed < idleLogBytes) return undefined;
  return { toPosition: lsnToPosition(until), toCommittedAt: at };
}

/**
 * The one place that moves the slot: to the position in the control store, so never past what is landed. A slot that is
 * there already is left alone: moving it reads the log from its restart position on (100 to 150 ms a pull).
 */
async function acknowledge(deps: CaptureDeps, source: SourceConnection, slot: string): Promise<void> {
  const { position } = await readLanded(deps);
  await source.query(
    `select pg_replication_slot_advance(slot_name, $2::pg_lsn) from pg_replication_slots
     where slot_name = $1 and confirmed_flush_lsn < $2::pg_lsn`,
    [slot, formatLsn(positionToLsn(position))],
  );
}

/**
 * Throws what breaks the stream, or has broken it before; resolves to whether changes of partitions come under their
 * root's name.
 */
async function checkContinuity(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  landed: bigint,
): Promise<boolean> {
  const tables = await checkStream(deps, source, state, landed);
  const gap = gapError(await openGaps(deps.control, deps.source), describeUrl(deps.sourceUrl));
  if (gap !== undefined) throw gap;
  const viaRoot = publishesViaRoot(tables);
  if (viaRoot) await checkPartitions(deps, source);
  return viaRoot;
}

/** Throws what breaks the stream now; resolves to the tables as they are. */
async function checkStream(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  landed: bigint,
): Promise<readonly TableFacts[]> {
  const facts = {
    log: await readLog(source),
    logEnd: parseLsn((await readLogEnd(source)).lsn ?? '0/0'),
    database: (await readServer(source)).database,
    slot: await readSlot(source, state.slot),
    publication: await readPublication(source, state.publication),
    tables: await readTables(source, state.tables),
    landedSince: positionToLsn((await readLanded(deps)).position),
  };
  const error = continuityError(facts, state, landed, describeUrl(deps.sourceUrl));
  if (error !== undefined) throw error;
  return facts.tables;
}

async function readReadyState(deps: CaptureDeps): Promise<CaptureState> {
  if (await isStateLost(deps)) throw lostStateError(deps);
  const state = await readCaptureState(deps.control, deps.source);
  const chain = await readChain(deps.control, deps.source);
  if (state === undefined || chain === undefined || chain.position === chainStart) {
    throw captureErrors.error('CAPTURE_NOT_SET_UP', {
      message: `${deps.source} has no slot that was landed`,
    });
  }
  const error = tablesError(deps.tables, shopTablesOf(state), describeUrl(deps.sourceUrl));
  if (error !== undefined) throw error;
  return state;
}

async function readLanded(deps: CaptureDeps): Promise<ChainState> {
  const chain = await readChain(deps.control, deps.source);
  if (chain === undefined) {
    throw captureErrors.error('CAPTURE_NOT_SET_UP', {
      message: `${deps.source} is not in the control store`,
    });
  }
  return chain;
}
