import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { ChainDeps } from '../landing/chain.ts';
import type { CapturedTable } from './shop-tables.ts';
import type { ValueRules } from './value-rule.ts';
import { connectSource } from './source-connection.ts';
import type { SourceConnection } from './source-connection.ts';

/** What every step of capture works with. */
export interface CaptureDeps extends ChainDeps {
  readonly sourceUrl: string;
  readonly tables: readonly CapturedTable[];
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  readonly slot: string;
  readonly publication: string;
  /** Bounds what the server holds for one pull, and so the size of a batch. */
  readonly maxMessages: number;
  /**
   * Whether each tick writes a row into a table of ours at the source, and must see it in the stream. Undefined: as it
   * was set up; a new capture has one.
   */
  readonly canary: boolean | undefined;
  /** What is done to values before they are written. */
  readonly valueRules?: ValueRules;
  /** Sessions that read a snapshot side by side. */
  readonly snapshotReaders: number;
  /** A larger table is read in parts side by side. */
  readonly rowsPerRange: number;
  /** About how many bytes of a table are read in one statement. */
  readonly chunkBytes: number;
}

/** What a look at the source needs. */
export type CapturePlace = Pick<CaptureDeps, 'sourceUrl' | 'tables' | 'slot' | 'publication' | 'canary'>;

/** Slot and publication, unless said. */
export const defaultName = 'shopwave_shop';

/** Runs work on a session of its own; no session is kept between ticks. */
export async function withSource<T>(
  deps: Pick<CaptureDeps, 'sourceUrl'>,
  work: (source: SourceConnection) => Promise<T>,
): Promise<T> {
  const source = await connectSource(deps.sourceUrl);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}
