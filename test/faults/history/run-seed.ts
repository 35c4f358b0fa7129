import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { startEmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../../cli/local/embedded-postgres.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createRandom } from '../../../simulator/world/random.ts';
import type { Random } from '../../../simulator/world/random.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import { findViolations } from './check.ts';
import { nextFailpoint, runNemesis } from './nemesis.ts';
import type { WorkerJob } from './worker.ts';
import { historySchema, runWorkload } from './workload.ts';

const workerFile = fileURLToPath(new URL('worker.ts', import.meta.url));

/** What became of one history. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly transactions: number;
  readonly workers: number;
  /** What the nemesis did, in order; the same seed chooses the same, at other moments. */
  readonly blows: readonly string[];
}

/** Runs one history: an application, a nemesis, a pipeline that dies again and again; then compares. */
export async function runSeed(seed: number, seconds: number): Promise<Outcome> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-history-'));
  let server = await start(dir);
  const proxy = await startTcpProxy(server.port);
  const blows: string[] = [];
  const restartServer = async (how: 'fast' | 'kill'): Promise<void> => {
    if (how === 'kill') process.kill(server.pid, 'SIGKILL');
    else await server.stop();
    await server.ended;
    server = await start(dir);
    proxy.aim(server.port);
  };
  try {
    await prepare(server);
    const job = jobOf(server, proxy, dir, seed);
    const end = new AbortController();
    const workers = superviseWorkers({ ...job, once: false }, createRandom(seed, 2), end.signal);
    const note = (what: string): void => void blows.push(what);
    const victims = { worker: workers.current, proxy, restartServer, note };
    const nemesis = runNemesis(victims, createRandom(seed, 3), end.signal);
    const traffic = runWorkload(() => server.url('shop'), createRandom(seed, 1), end.signal);
    await sleep(seconds * 1000);
    end.abort();
    await nemesis;
    const { transactions } = await traffic;
    const { count, violations } = await workers.ended;
    violations.push(...(await settle({ ...job, once: true, storeFaults: 0, resyncs: 0 })));
    if (violations.length === 0) violations.push(...(await compare(server, job)));
    return { seed, violations, transactions, workers: count, blows };
  } finally {
    await proxy.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

function start(dir: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: path.join(dir, 'postgres'),
    ownFolder: dir,
    logger: silentLogger,
    onProgress: ignoreProgress,
    // Durable as in production: the server is killed here.
    settings: { max_connections: '40', wal_keep_size: '64MB' },
  });
}

async function prepare(server: EmbeddedPostgres): Promise<void> {
  for (const database of ['shop', 'control']) await server.ensureDatabase(database);
  const pool = new Pool({ connectionString: server.url('shop') });
  pool.on('error', () => {});
  await pool.query(historySchema);
  await pool.end();
}

function jobOf(
  server: EmbeddedPostgres,
  proxy: TcpProxy,
  dir: string,
  seed: number,
): Omit<WorkerJob, 'once'> {
  const through = (database: string): string => {
    const url = new URL(server.url(database));
    url.port = String(proxy.port);
    return url.href;
  };
  return {
    sourceUrl: through('shop'),
    controlUrl: through('control'),
    archive: path.join(dir, 'archive'),
    warehouse: path.join(dir, 'history.duckdb'),
    name: 'history',
    storeFaults: 0.02,
    // A table that is read anew heals what would show: every other history goes without.
    resyncs: seed % 2 === 0 ? 0.01 : 0,
    seed,
  };
}

/** Starts a worker whenever the one before has died, until told to stop; one that gives up ends the history. */
function superviseWorkers(
  job: WorkerJob,
  random: Random,
  signal: AbortSignal,
): {
  readonly current: () => ChildProcess | undefined;
  readonly ended: Promise<{ readonly count: number; readonly violations: string[] }>;
} {
  let current: ChildProcess | undefined;
  const run = async (): Promise<{ count: number; violations: string[] }> => {
    let count = 0;
    while (!signal.aborted) {
      const worker = startWorker({ ...job, seed: job.seed + count }, nextFailpoint(random));
      current = worker.child;
      count += 1;
      const stop = (): void => void worker.child.kill('SIGKILL');
      signal.addEventListener('abort', stop);
      await worker.ended;
      signal.removeEventListener('abort', stop);
      if (worker.child.exitCode === 3) return { count, violations: [`a worker gave up: ${worker.errors()}`] };
    }
    return { count, violations: [] };
  };
  return { current: () => current, ended: run() };
}

function startWorker(
  job: WorkerJob,
  failpoint: string,
): { readonly child: ChildProcess; readonly ended: Promise<unknown>; readonly errors: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', workerFile, JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SHOPWAVE_CRASH_AT: failpoint },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  return { child, ended: once(child, 'close'), errors: () => errors };
}

/** With nobody in its way, one worker brings over what is left. */
async function settle(job: WorkerJob): Promise<string[]> {
  const worker = startWorker(job, '');
  await worker.ended;
  return worker.child.exitCode === 0 ? [] : [`it did not settle: ${worker.errors()}`];
}

async function compare(server: EmbeddedPostgres, job: Omit<WorkerJob, 'once'>): Promise<string[]> {
  const pool = new Pool({ connectionString: server.url('shop') });
  pool.on('error', () => {});
  try {
    return await findViolations({ shop: { pool }, archive: job.archive, warehouse: job.warehouse });
  } finally {
    await pool.end();
  }
}
