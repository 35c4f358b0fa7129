import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import { silentLogger } from '../../lib/logger.ts';
import { ignoreProgress } from '../../lib/progress.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the run's own server, database `postgres`. */
    postgresUrl: string;
  }
}

/** One embedded PostgreSQL for the whole run, in a folder that goes with it; tests make databases on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-test-postgres-'));
  const removeFolder = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  const server = await startEmbeddedPostgres({
    dataDir,
    logger: silentLogger,
    onProgress: ignoreProgress,
    // Nothing here outlives the run, so durability would only cost time; every test has its slots on one server.
    settings: { fsync: 'off', max_replication_slots: '60', max_wal_senders: '20', max_connections: '150' },
  }).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  project.provide('postgresUrl', server.url('postgres'));
  return async () => {
    await server.stop();
    await removeFolder();
  };
}
