import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import { failpoint } from '../../lib/failpoint.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { adoptBatch, landBatch, readChain } from '../landing/chain.ts';
import type { ChainState } from '../landing/chain.ts';
import { chainStart } from '../landing/manifest.ts';
import type { Manifest } from '../landing/manifest.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import { withSource } from './capture-deps.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { readCaptureState } from './capture-state.ts';
import type { CaptureState } from './capture-state.ts';
import { continuityError, tablesError } from './continuity.ts';
import { captureErrors } from './errors.ts';
import { commitTimeToIso, formatLsn, lsnToPosition, parseLsn, positionToLsn } from './lsn.ts';
import { checkedName } from './publication.ts';
import { pullChanges } from './pull.ts';
import type { Pull } from './pull.ts';
import { removeCapture, setUpCapture } from './setup.ts';
import type { SetupResult } from './setup.ts';
import type { CapturedTable } from './shop-tables.ts';
import { describeUrl } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';
import { readLog, readLogEnd, readPublication, readServer, readSlot, readTables } from './source-facts.ts';

export interface ShopCaptureOptions {
  readonly sourceUrl: string;
  readonly control: Knex;
  readonly store: ObjectStore;
  readonly tables: readonly CapturedTable[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Slots are unique in a cluster, so two platforms on one shop need two names. */
  readonly slotName?: string;
  readonly publicationName?: string;
  /** Bounds what the server holds for one pull, and so the size of a batch; checked at ends of transactions. */
  readonly maxMessagesPerPull?: number;
}

export interface CaptureResult {
  readonly batches: number;
  /** Lines landed. */
  readonly changes: number;
  /** Landed position, 16 hex digits. */
  readonly position: string;
  /** Source commit time that goes with the position, ISO 8601 UTC with microseconds. */
  readonly committedAt: string;
  /** Everything that was in the log when the call began is landed; false after an abort. */
  readonly caughtUp: boolean;
}

/** Capture of the shop's PostgreSQL by logical decoding. */
export interface ShopCapture {
  /** Publication, slot and snapshot. Does nothing once they are there; starts an unfinished snapshot again. */
  readonly setup: () => Promise<SetupResult>;
  /** Lands everything that was committed before the call; the signal ends it between two batches. */
  readonly capture: (signal?: AbortSignal) => Promise<CaptureResult>;
  /** Drops slot and publication at the source, for starting from nothing. Landed files stay. */
  readonly remove: () => Promise<void>;
}

/** Name of the source in keys, batch ids and raw table names. */
export const shopSource = 'shop';

const defaultName = 'shopwave_shop';
const defaultMaxMessages = 100_000;

/**
 * With nothing to land, the slot is moved on only after this much foreign log (a segment): each move is an archive
 * object, since an acknowledgement that the archive does not explain would look like a gap.
 */
const idleLogBytes = 16_777_216n;

/** Builds the capture; nothing is touched before `setup` or `capture`. */
export function createShopCapture(options: ShopCaptureOptions): ShopCapture {
  const { slotName = defaultName, publicationName = defaultName, maxMessagesPerPull, ...rest } = options;
  const deps: CaptureDeps = {
    ...rest,
    source: shopSource,
    slot: checkedName(slotName),
    publication: checkedName(publicationName),
    maxMessages: maxMessagesPerPull ?? defaultMaxMessages,
  };
  return {
    setup: () => setUpCapture(deps),
    capture: (signal) => withSource(deps, (source) => captureAll(deps, source, signal)),
    remove: () => withSource(deps, (source) => removeCapture(deps, source)),
  };
}

async function captureAll(
  deps: CaptureDeps,
  source: SourceConnection,
  signal: AbortSignal | undefined,
): Promise<CaptureResult> {
  const state = await readReadyState(deps);
  // Read before the checks: a publication that is found later was there for all of the log before this position.
  const logEnd = await readLogEnd(source);
  let batches = 0;
  let changes = 0;
  let caughtUp = false;
  const isAborted = (): boolean => signal?.aborted === true;
  while (!caughtUp && !isAborted()) {
    const { position } = await readLanded(deps);
    const adopted = await adoptBatch(deps, position);
    if (adopted === undefined) {
      const step = await captureOnce(deps, source, state, position, logEnd);
      caughtUp = step.caughtUp;
      batches += step.landed === undefined ? 0 : 1;
      changes += step.landed?.rows ?? 0;
    } else {
      deps.logger.info('adopted a batch that a crash left unrecorded', { batch: adopted.batchId });
      batches += 1;
      changes += adopted.rows;
    }
  }
  const { position, committedAt = '' } = await readLanded(deps);
  return { batches, changes, position, committedAt, caughtUp };
}

/** One pull: check, read, land, and only then acknowledge. */
async function captureOnce(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  position: string,
  logEnd: { readonly at: string; readonly lsn: string | null },
): Promise<{ readonly landed: Manifest | undefined; readonly caughtUp: boolean }> {
  const landedBefore = positionToLsn(position);
  const until = parseLsn(logEnd.lsn ?? '0/0');
  await checkContinuity(deps, source, state, landedBefore);
  // A crash may have come before an acknowledgement; without it a bounded pull would only see old transactions.
  await acknowledge(deps, source, state.slot);
  if (until <= landedBefore) return { landed: undefined, caughtUp: true };
  const pull = await pullChanges({
    source,
    store: deps.store,
    slot: state.slot,
    publication: state.publication,
    tables: deps.tables,
    landed: landedBefore,
    until,
    maxMessages: deps.maxMessages,
  });
  failpoint('cdc.after_read');
  const end = pullEnd(pull, landedBefore, until, logEnd.at);
  if (end === undefined) return { landed: undefined, caughtUp: true };
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
  return { landed, caughtUp: !pull.hitBound };
}

/** Where the batch ends; undefined when there is nothing worth a batch. */
function pullEnd(
  pull: Pull,
  landed: bigint,
  until: bigint,
  at: string,
): Pick<Manifest, 'toPosition' | 'toCommittedAt'> | undefined {
  if (pull.endLsn !== undefined) {
    return { toPosition: lsnToPosition(pull.endLsn), toCommittedAt: commitTimeToIso(pull.committedAt) };
  }
  if (pull.hitBound) {
    throw captureErrors.error('CAPTURE_STREAM_BROKEN', {
      message: `the slot sent only what ends before ${formatLsn(landed)}, which was acknowledged`,
    });
  }
  return until - landed < idleLogBytes ? undefined : { toPosition: lsnToPosition(until), toCommittedAt: at };
}

/** The one place that moves the slot: to the position in the control store, so never past what is landed. */
async function acknowledge(deps: CaptureDeps, source: SourceConnection, slot: string): Promise<void> {
  const { position } = await readLanded(deps);
  await source.query('select pg_replication_slot_advance($1, $2::pg_lsn)', [
    slot,
    formatLsn(positionToLsn(position)),
  ]);
}

async function checkContinuity(
  deps: CaptureDeps,
  source: SourceConnection,
  state: CaptureState,
  landed: bigint,
): Promise<void> {
  const facts = {
    log: await readLog(source),
    logEnd: parseLsn((await readLogEnd(source)).lsn ?? '0/0'),
    database: (await readServer(source)).database,
    slot: await readSlot(source, state.slot),
    publication: await readPublication(source, state.publication),
    tables: await readTables(source, state.tables),
  };
  const error = continuityError(facts, state, landed, describeUrl(deps.sourceUrl));
  if (error !== undefined) throw error;
}

async function readReadyState(deps: CaptureDeps): Promise<CaptureState> {
  const state = await readCaptureState(deps.control, deps.source);
  const chain = await readChain(deps.control, deps.source);
  if (state === undefined || chain === undefined || chain.position === chainStart) {
    throw captureErrors.error('CAPTURE_NOT_SET_UP', { message: `${deps.source} has no landed snapshot` });
  }
  const error = tablesError(deps.tables, state, describeUrl(deps.sourceUrl));
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
