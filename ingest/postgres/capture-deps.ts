import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { ChainDeps } from '../landing/chain.ts';
import type { CapturedTable } from './shop-tables.ts';
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
}

/** Runs work on a session of its own; no session is kept between ticks. */
export async function withSource<T>(
  deps: CaptureDeps,
  work: (source: SourceConnection) => Promise<T>,
): Promise<T> {
  const source = await connectSource(deps.sourceUrl);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}
