import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { landingErrors } from './errors.ts';
import type { ObjectStore, PutOutcome, StagedObject } from './object-store.ts';

/** Unpublished bytes live here: one folder on the same file system, so that what a crash left is found at once. */
const stagingFolder = '.staging';
const keyPattern = /^[a-z0-9_][a-z0-9._-]*(?:\/[a-z0-9_][a-z0-9._-]*)*$/i;

/** The archive in a folder. The folder is made when missing; staged bytes of processes that died are removed. */
export async function openFolderStore(dir: string): Promise<ObjectStore> {
  const root = path.resolve(dir);
  const staging = path.join(root, stagingFolder);
  await typed(root, () => makeFolder(staging));
  await typed(root, () => sweep(staging));
  const locate = (key: string): string => path.join(root, ...checkedKey(key).split('/'));
  const stage = (): Promise<StagedObject> => typed(root, () => stageFile(staging, locate));
  return {
    locate,
    stage,
    put: async (key, body) => {
      const staged = await stage();
      try {
        await staged.write(typeof body === 'string' ? Buffer.from(body) : body);
        return await staged.publish(key);
      } finally {
        await staged.discard();
      }
    },
    get: (key) => typed(locate(key), () => orAbsent(() => readFile(locate(key)))),
    read: async (key) => {
      const handle = await typed(locate(key), () => orAbsent(() => open(locate(key), 'r')));
      if (handle === undefined) {
        throw landingErrors.error('LANDING_OBJECT_MISSING', {
          message: 'no such object',
          where: locate(key),
        });
      }
      return createReadStream('', { fd: handle, highWaterMark: 262_144 });
    },
    exists: async (key) => (await typed(locate(key), () => orAbsent(() => stat(locate(key))))) !== undefined,
    list: (prefix) => typed(root, () => listKeys(root, prefix)),
  };
}

async function stageFile(staging: string, locate: (key: string) => string): Promise<StagedObject> {
  const file = path.join(staging, `${process.pid}-${randomBytes(8).toString('hex')}`);
  const handle = await open(file, 'wx');
  let ended = false;
  const end = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await handle.close();
    await rm(file, { force: true });
  };
  return {
    write: (chunk) => typed(file, () => writeAll(handle, chunk)),
    publish: (key) =>
      typed(locate(key), async () => {
        await handle.sync();
        const outcome = await linkIfAbsent(file, locate(key));
        await end();
        return outcome;
      }),
    discard: () => typed(file, end),
  };
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, offset);
    offset += bytesWritten;
  }
}

/** A hard link, unlike a rename, fails when the name is taken; the folder's fsync makes the name itself durable. */
async function linkIfAbsent(file: string, target: string): Promise<PutOutcome> {
  const folder = path.dirname(target);
  await makeFolder(folder);
  let outcome: PutOutcome = 'created';
  try {
    await link(file, target);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    outcome = 'exists';
  }
  // Also when it exists: the process that made the name may have died before its own fsync of the folder.
  await syncFolder(folder);
  return outcome;
}

/** mkdir -p whose new names survive a power cut: every parent of a new folder is synced. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let parent = path.dirname(folder); parent.length >= path.dirname(first).length;) {
    await syncFolder(parent);
    if (parent === path.dirname(parent)) return;
    parent = path.dirname(parent);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    if (!isAlive(Number.parseInt(name, 10))) await rm(path.join(staging, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function listKeys(root: string, prefix: string): Promise<string[]> {
  // Only the folder part of the prefix is walked: the archive holds years, a listing is of one source.
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const entries = await orAbsent(() =>
    readdir(path.join(root, folder), { recursive: true, withFileTypes: true }),
  );
  return (entries ?? [])
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((key) => key.startsWith(prefix) && !key.startsWith(`${stagingFolder}/`))
    .sort();
}

function checkedKey(key: string): string {
  if (keyPattern.test(key)) return key;
  throw landingErrors.error('LANDING_KEY_INVALID', { message: `"${key}" cannot be an archive key` });
}

async function orAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const codes = {
  ENOSPC: 'LANDING_DISK_FULL',
  EDQUOT: 'LANDING_DISK_FULL',
  EACCES: 'LANDING_NOT_WRITABLE',
  EPERM: 'LANDING_NOT_WRITABLE',
  EROFS: 'LANDING_NOT_WRITABLE',
  ENOTDIR: 'LANDING_NOT_WRITABLE',
  EEXIST: 'LANDING_NOT_WRITABLE',
} as const;

async function typed<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ShopwaveError) throw error;
    const code = codes[codeOf(error) as keyof typeof codes] ?? 'LANDING_STORE_FAILED';
    throw landingErrors.error(code, { message: messageOf(error), where, cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
