import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../cli/local/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../cli/local/embedded-postgres.ts';
import { silentLogger } from '../lib/logger.ts';
import { ignoreProgress } from '../lib/progress.ts';

/** A server and a folder of their own, gone after the run. */
export interface BenchServer {
  readonly server: EmbeddedPostgres;
  readonly dir: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** The server as the platform starts it, but for these settings. */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-bench-server-'));
  const server = await startEmbeddedPostgres({
    dataDir: path.join(dir, 'postgres'),
    ownFolder: dir,
    logger: silentLogger,
    onProgress: ignoreProgress,
    settings,
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
