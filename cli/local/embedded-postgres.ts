import { chmod, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Client, DatabaseError } from 'pg';
import { systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { cliErrors } from '../errors.ts';
import { clusterPaths, ensureCluster, superuser } from './cluster.ts';
import type { ClusterPaths } from './cluster.ts';
import { stopLeftOver } from './left-over.ts';
import { admit, closedFolder, createAccount, findAccount, stranger } from './os-account.ts';
import type { Account } from './os-account.ts';
import { launchPostmaster } from './postmaster.ts';
import type { Postmaster } from './postmaster.ts';
import { prepareServerFiles } from './server-files.ts';
import { classifyServerLog, explainServerLog } from './server-log.ts';

/** A running PostgreSQL 18 that this process owns. */
export interface EmbeddedPostgres {
  readonly port: number;
  readonly pid: number;
  /** A connection URL with the password in it: never log it. */
  readonly url: (database: string) => string;
  /** Creates the database unless it is there. */
  readonly ensureDatabase: (name: string) => Promise<void>;
  /** Resolves if the server ends, stopped or not. */
  readonly ended: Promise<void>;
  /** The server's own log. */
  readonly logFile: string;
  /** Fast shutdown: open sessions are ended, nothing committed is lost. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** What an embedded server is started with. */
export interface EmbeddedPostgresOptions {
  /** Belongs to the server alone: cluster, password and log are put there. */
  readonly dataDir: string;
  /** The outermost folder that is ours, `dataDir` or one above it; as root its mode may be widened by one group. */
  readonly ownFolder?: string;
  readonly logger: Logger;
  readonly onProgress: OnProgress;
  /** Server settings over the defaults below. */
  readonly settings?: Readonly<Record<string, string>>;
}

const defaultSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_replication_slots: '20',
  max_wal_senders: '10',
  max_connections: '60',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  // Containers give /dev/shm 64 MB, which parallel plans can exhaust; two cores gain nothing from them.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

const launchAttempts = 5;

/**
 * Starts a real PostgreSQL from npm packages, as any user, on a free port of 127.0.0.1. The wrapper class of the
 * package is not used: it leaves spawn errors unhandled, installs exit hooks and rejects with undefined.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, onProgress } = options;
  const dataDir = await makeFolder(options.dataDir);
  const paths = clusterPaths(dataDir);
  const ownFolder = options.ownFolder === undefined ? dataDir : await realpath(options.ownFolder);
  const existing = await findAccount(paths.cluster);
  // Before a user is added to the machine: a closed folder further up would make that vain.
  await refuseClosedFolder(path.dirname(ownFolder), existing ?? stranger);
  const account = existing ?? (await createAccount(onProgress));
  await admit(ownFolder, dataDir, account);
  await refuseClosedFolder(dataDir, account);
  const files = await prepareServerFiles(dataDir, account);
  await stopLeftOver(paths.cluster, logger);
  const password = await ensureCluster(paths, files, account);
  const settings = { ...defaultSettings, ...options.settings };
  const postmaster = await launch(files.postgres, paths, account, settings, logger);
  const url = (database: string): string =>
    `postgres://${superuser}:${password}@127.0.0.1:${postmaster.port}/${database}`;
  return {
    port: postmaster.port,
    pid: postmaster.pid,
    url,
    ensureDatabase: (name) => ensureDatabase(url('postgres'), name),
    ended: postmaster.ended,
    logFile: paths.log,
    stop: postmaster.stop,
  };
}

async function launch(
  program: string,
  paths: ClusterPaths,
  account: Account,
  settings: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<Postmaster> {
  let log = '';
  for (let attempt = 1; attempt <= launchAttempts; attempt += 1) {
    const outcome = await launchPostmaster(program, paths, account, settings);
    if (outcome.kind === 'ready') return outcome.postmaster;
    log = outcome.log;
    const failure = classifyServerLog(log);
    logger.warn('PostgreSQL did not start', { attempt, failure });
    if (failure === 'other') break;
    if (failure === 'still-in-use') await stopLeftOver(paths.cluster, logger);
    await systemClock.sleep(200 * attempt);
  }
  throw explainServerLog(log, { what: 'the embedded PostgreSQL did not start', where: paths.log });
}

/** Folders that we make on the way are open to every user, whatever the umask: the server may run as another one. */
async function makeFolder(folder: string): Promise<string> {
  const target = path.resolve(folder);
  try {
    const outermostMade = await mkdir(target, { recursive: true });
    if (outermostMade !== undefined) {
      for (const made of foldersBetween(outermostMade, target)) await chmod(made, 0o755);
    }
    return await realpath(target);
  } catch (cause) {
    throw cliErrors.error('CLI_DATA_DIR_UNWRITABLE', {
      message: `the folder for PostgreSQL cannot be made: ${messageOf(cause)}`,
      where: target,
      cause,
    });
  }
}

function foldersBetween(outermost: string, target: string): string[] {
  return target.length < outermost.length ? [] : [...foldersBetween(outermost, path.dirname(target)), target];
}

async function refuseClosedFolder(dataDir: string, account: Account): Promise<void> {
  const closed = await closedFolder(dataDir, account);
  if (closed === undefined || account.kind === 'self') return;
  throw cliErrors.error('POSTGRES_FOLDER_CLOSED', {
    message: `PostgreSQL does not run as root but as "${account.name}", who may not enter ${closed}`,
    where: dataDir,
  });
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  // A server that ends meanwhile also fails the statement; without a listener it would end this process.
  client.on('error', () => {});
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Two callers at once: the other one made it.
    if (!(error instanceof DatabaseError && (error.code === '42P04' || error.code === '23505'))) throw error;
  } finally {
    await client.end();
  }
}
