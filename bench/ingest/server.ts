import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';

/** A server and a folder of their own, gone after the run. */
export interface BenchServer {
  readonly server: EmbeddedPostgres;
  readonly dir: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** The server as the platform starts it; only the log may grow further before a checkpoint. */
export async function startServer(): Promise<BenchServer> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-ingest-'));
  const server = await startEmbeddedPostgres({
    dataDir: path.join(dir, 'postgres'),
    ownFolder: dir,
    logger: silentLogger,
    onProgress: ignoreProgress,
    settings: { max_wal_size: '8GB', checkpoint_timeout: '1h' },
  });
  return {
    server,
    dir,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
