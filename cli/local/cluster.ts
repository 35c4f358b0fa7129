import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';
import type { Account } from './os-account.ts';
import { explainServerLog } from './server-log.ts';
import type { ServerFiles } from './server-files.ts';

/** The one superuser of the embedded server. */
export const superuser = 'shopwave';

/** Names inside the server's folder. */
export interface ClusterPaths {
  /** PGDATA: owned by the account, mode 700. */
  readonly cluster: string;
  /** The superuser's random password, mode 600. */
  readonly passwordFile: string;
  readonly log: string;
}

/** Where things are below the folder that `startEmbeddedPostgres` is given. */
export function clusterPaths(dataDir: string): ClusterPaths {
  const inside = (name: string): string => path.join(dataDir, name);
  return { cluster: inside('cluster'), passwordFile: inside('password'), log: inside('server.log') };
}

/** Makes the cluster if there is none; resolves to the password. Built aside and renamed, so never half there. */
export async function ensureCluster(
  paths: ClusterPaths,
  files: ServerFiles,
  account: Account,
): Promise<string> {
  const found = await readFile(path.join(paths.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (found === undefined) return initialise(paths, files, account);
  const major = files.version.split('.')[0];
  if (found.trim() !== major) {
    throw unusable(paths, `it was made by PostgreSQL ${found.trim()}, and this is PostgreSQL ${major}`);
  }
  return readFile(paths.passwordFile, 'utf8').catch((cause: unknown) => {
    throw unusable(paths, `its password cannot be read: ${messageOf(cause)}`);
  });
}

async function initialise(paths: ClusterPaths, files: ServerFiles, account: Account): Promise<string> {
  const dataDir = path.dirname(paths.cluster);
  if (await stat(paths.cluster).catch(() => undefined))
    throw unusable(paths, 'it is not a PostgreSQL cluster');
  await removeUnfinished(dataDir);
  const building = path.join(dataDir, `building-${randomBytes(4).toString('hex')}`);
  const password = randomBytes(24).toString('base64url');
  await mkdir(building, { mode: 0o700 });
  await give(building, account);
  const passwordForInitdb = path.join(building, 'password');
  await writeSecret(passwordForInitdb, password);
  await give(passwordForInitdb, account);
  await runInitdb(files, account, path.join(building, 'cluster'), passwordForInitdb);
  await writeSecret(paths.passwordFile, password);
  await rename(path.join(building, 'cluster'), paths.cluster);
  await rm(building, { recursive: true, force: true });
  return password;
}

/** The built-in locale provider sorts alike on every system, whatever locales it has installed. */
async function runInitdb(
  files: ServerFiles,
  account: Account,
  target: string,
  passwordFile: string,
): Promise<void> {
  const options = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const access = [`--username=${superuser}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const child = spawn(files.initdb, [`--pgdata=${target}`, ...options, ...access], {
    ...identity(account),
    cwd: '/',
    env: serverEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? 'done' : `exit ${code ?? signal}`));
  });
  if (outcome !== 'done') {
    throw explainServerLog(output, {
      what: `initdb failed (${outcome})`,
      where: path.dirname(path.dirname(target)),
    });
  }
}

/** Nothing of the caller's environment: PGDATA, PGPORT or LC_ALL there would change what the server does. */
export const serverEnvironment: Readonly<Record<string, string>> = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };

/** The part of spawn's options that makes a child run as the account. */
export function identity(account: Account): { uid?: number; gid?: number } {
  return account.kind === 'self' ? {} : { uid: account.uid, gid: account.gid };
}

async function give(target: string, account: Account): Promise<void> {
  if (account.kind === 'switched') await chown(target, account.uid, account.gid);
}

async function writeSecret(target: string, secret: string): Promise<void> {
  await rm(target, { force: true });
  const file = await open(target, 'wx', 0o600);
  try {
    await file.writeFile(secret);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('building-')) await rm(path.join(dataDir, name), { recursive: true, force: true });
  }
}

function unusable(paths: ClusterPaths, reason: string): Error {
  return cliErrors.error('POSTGRES_CLUSTER_UNUSABLE', {
    message: `the embedded PostgreSQL's data cannot be used: ${reason}`,
    where: paths.cluster,
  });
}
