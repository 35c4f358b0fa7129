import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import { migrateIngest } from '../landing/chain.ts';
import { defaultName, withSource } from './capture-deps.ts';
import type { CaptureDeps } from './capture-deps.ts';
import { captureAll } from './capture-log.ts';
import type { CaptureResult } from './capture-log.ts';
import { readCaptureStatus } from './capture-status.ts';
import type { CaptureStatus } from './capture-status.ts';
import { checkSource } from './check.ts';
import type { SourceReport } from './check.ts';
import { isStateLost } from './lost-state.ts';
import { checkedName } from './publication.ts';
import { resyncCapture } from './resync.ts';
import type { ResyncOptions, ResyncResult } from './resync.ts';
import { beginCapture, removalSql, removeCapture, setUpCapture } from './setup.ts';
import type { SetupResult } from './setup.ts';
import type { CapturedTable } from './shop-tables.ts';
import { runSnapshots } from './snapshot-run.ts';
import type { SnapshotResult } from './snapshot-run.ts';
import type { ValueRules } from './value-rule.ts';

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
  /** Whether each tick proves the stream by a row in a table of ours. Unless said: yes, and later as it was set up. */
  readonly canary?: boolean;
  /** What is done to values before they are written anywhere. */
  readonly valueRules?: ValueRules;
  /** Sessions that read a snapshot side by side. */
  readonly snapshotReaders?: number;
  /** About how many bytes of a table one statement of a snapshot reads. */
  readonly chunkBytes?: number;
  /** A larger table is read in parts side by side. */
  readonly rowsPerRange?: number;
}

/** Capture of the shop's PostgreSQL by logical decoding. */
export interface ShopCapture {
  /**
   * Publication, slot and snapshot. Does nothing once they are there; goes on with an unfinished snapshot, and begins
   * anew where the control store was made again from the archive.
   */
  readonly setup: (signal?: AbortSignal) => Promise<SetupResult>;
  /** Publication and slot alone: from then on `capture` works, and `snapshot` may run beside it. */
  readonly begin: () => Promise<void>;
  /** Reads what is left of the snapshots; the signal ends it between two chunks. */
  readonly snapshot: (signal?: AbortSignal) => Promise<SnapshotResult>;
  /**
   * Lands everything that was committed before the call; the signal ends it between two batches. Where changes were
   * lost, what is left of the snapshot that brings them back is read first.
   */
  readonly capture: (signal?: AbortSignal) => Promise<CaptureResult>;
  /** What would stand in the way or reach into the shop, and what setup would run. Changes nothing. */
  readonly check: () => Promise<SourceReport>;
  /** Slot, log, snapshots and gaps as they are now. Changes nothing. */
  readonly status: () => Promise<CaptureStatus>;
  /**
   * Mends what is broken, follows a changed allow-list, or reads the named tables anew; beside the running shop. Throws
   * when the signal ends it before all is read.
   */
  readonly resync: (options?: ResyncOptions) => Promise<ResyncResult>;
  /** Drops what was made at the source, for starting from nothing. Landed files stay. */
  readonly remove: () => Promise<void>;
  /** The statements that `remove` runs. */
  readonly removal: () => Promise<string[]>;
}

/** Name of the source in keys, batch ids and raw table names. */
export const shopSource = 'shop';

/** The chain of its snapshots, which fill the same raw tables. */
export const snapshotChain = `${shopSource}_snapshots`;

const defaults = {
  // Each pull decodes again from the slot's restart position; larger ones do so less often. Memory does not grow with it.
  maxMessages: 300_000,
  // One server process each, and our side keeps up with about two.
  snapshotReaders: 2,
  chunkBytes: 16_777_216,
  rowsPerRange: 2_000_000,
} as const;

/** Builds the capture; nothing is touched before it is asked for something. */
export function createShopCapture(options: ShopCaptureOptions): ShopCapture {
  const { slotName = defaultName, publicationName = defaultName, maxMessagesPerPull, ...rest } = options;
  const deps: CaptureDeps = {
    ...rest,
    source: shopSource,
    slot: checkedName(slotName),
    publication: checkedName(publicationName),
    maxMessages: maxMessagesPerPull ?? defaults.maxMessages,
    canary: options.canary,
    snapshotReaders: options.snapshotReaders ?? defaults.snapshotReaders,
    chunkBytes: options.chunkBytes ?? defaults.chunkBytes,
    rowsPerRange: options.rowsPerRange ?? defaults.rowsPerRange,
  };
  return {
    setup: async (signal) => {
      await recoverLost(deps, signal);
      return await setUpCapture(deps, signal);
    },
    begin: async () => void (await beginCapture(deps)),
    snapshot: async (signal) => runSnapshots(deps, (await beginCapture(deps)).state, signal),
    capture: (signal) => withSource(deps, (source) => captureAll(deps, source, signal)),
    check: () => withSource(deps, (source) => checkSource(deps, source)),
    status: () => withSource(deps, (source) => readCaptureStatus(deps, source)),
    resync: (how) => withSource(deps, (source) => resyncCapture(deps, source, how ?? {})),
    remove: () => withSource(deps, (source) => removeCapture(deps, source)),
    removal: () =>
      withSource(deps, async (source) => (await removalSql(deps, source)).map((each) => each.text)),
  };
}

/** After the loss of the control store: what the archive does not tell is read anew. */
async function recoverLost(deps: CaptureDeps, signal: AbortSignal | undefined): Promise<void> {
  await migrateIngest(deps.control);
  if (!(await isStateLost(deps))) return;
  const how = signal === undefined ? {} : { signal };
  await withSource(deps, (source) => resyncCapture(deps, source, how));
}
