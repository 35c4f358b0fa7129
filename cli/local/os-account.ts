import { execFile } from 'node:child_process';
import { chmod, chown, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { cliErrors } from '../errors.ts';

const run = promisify(execFile);
const accountName = 'postgres';

/** Who PostgreSQL runs as: this very user, or, because it refuses root, another account. */
export type Account =
  | { readonly kind: 'self' }
  | { readonly kind: 'switched'; readonly name: string; readonly uid: number; readonly gid: number };

/** The account that a start would use; undefined when root would first have to make it. */
export async function findAccount(existingCluster: string): Promise<Account | undefined> {
  if (process.getuid === undefined) {
    throw cliErrors.error('POSTGRES_PLATFORM_UNSUPPORTED', {
      message: `embedded PostgreSQL is not supported here on ${process.platform}`,
    });
  }
  if (process.getuid() !== 0) return ownAccount();
  return (await ownerOf(existingCluster)) ?? (await lookUp(accountName));
}

/** initdb and postgres both look their own user up; without an entry they refuse with a riddle. */
function ownAccount(): Account {
  try {
    os.userInfo();
    return { kind: 'self' };
  } catch (cause) {
    throw cliErrors.error('POSTGRES_NO_ACCOUNT', {
      message: `the user id ${process.getuid?.()} has no entry in /etc/passwd, and PostgreSQL needs one`,
      remedy:
        'Add one (for example: echo "shopwave:x:$(id -u):$(id -g)::/tmp:/bin/sh" >> /etc/passwd), or start the container as a named user.',
      cause,
    });
  }
}

/** A cluster made earlier by an ordinary user keeps its owner. */
async function ownerOf(cluster: string): Promise<Account | undefined> {
  const owner = await stat(cluster).catch(() => undefined);
  if (owner === undefined || owner.uid === 0) return undefined;
  return { kind: 'switched', name: String(owner.uid), uid: owner.uid, gid: owner.gid };
}

async function lookUp(name: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { kind: 'switched', name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Makes the OS user `postgres`, a lasting change to the machine, and says so. */
export async function createAccount(onProgress: OnProgress): Promise<Account> {
  onProgress({
    step: 'operating system user',
    state: 'finished',
    note: `PostgreSQL does not run as root: adding the system user "${accountName}" to this machine`,
  });
  try {
    await run('groupadd', ['--system', '--force', accountName]);
    const options = ['--system', '--gid', accountName, '--no-create-home', '--shell', '/usr/sbin/nologin'];
    await run('useradd', [...options, accountName]);
  } catch (cause) {
    throw cliErrors.error('POSTGRES_NO_ACCOUNT', {
      message: `PostgreSQL does not run as root, and the user "${accountName}" could not be added: ${messageOf(cause)}`,
      remedy: `Run as an ordinary user, or add a user named "${accountName}" first.`,
      cause,
    });
  }
  const made = await lookUp(accountName);
  if (made !== undefined) return made;
  throw cliErrors.error('POSTGRES_NO_ACCOUNT', {
    message: `the user "${accountName}" was added but is not there`,
  });
}

/** An account of which nothing is known but that it is not root: what it may enter, everybody may. */
export const stranger: Account = { kind: 'switched', name: accountName, uid: -1, gid: -1 };

/**
 * The first folder on the way to `target` that the account may not enter. Root's own folder is usually one; spawning
 * a program behind it fails late and without a reason.
 */
export async function closedFolder(target: string, account: Account): Promise<string | undefined> {
  if (account.kind === 'self') return undefined;
  for (const folder of waysTo(path.resolve(target))) {
    const info = await stat(folder).catch(() => undefined);
    if (info?.isDirectory() === true && !mayEnter(info, account)) return folder;
  }
  return undefined;
}

/**
 * Lets the account, and nobody else, pass through our own folders: those from `outermost` down to `target` that root
 * made for itself alone (`mktemp -d` does). Folders further up are never touched.
 */
export async function admit(outermost: string, target: string, account: Account): Promise<void> {
  if (account.kind === 'self') return;
  const own = waysTo(path.resolve(target)).filter((folder) => isWithin(outermost, folder));
  for (const folder of own) {
    const info = await stat(folder);
    if (mayEnter(info, account) || info.uid !== 0 || (info.mode & 0o070) !== 0) continue;
    await chown(folder, info.uid, account.gid);
    await chmod(folder, info.mode | 0o010);
  }
}

function isWithin(outermost: string, folder: string): boolean {
  const relative = path.relative(outermost, folder);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

function mayEnter(
  info: { mode: number; uid: number; gid: number },
  account: { uid: number; gid: number },
): boolean {
  if (info.uid === account.uid) return (info.mode & 0o100) !== 0;
  if (info.gid === account.gid) return (info.mode & 0o010) !== 0;
  return (info.mode & 0o001) !== 0;
}

function waysTo(target: string): string[] {
  const parent = path.dirname(target);
  return parent === target ? [target] : [...waysTo(parent), target];
}
