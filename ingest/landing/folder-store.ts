import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from '../../lib/durable-file.ts';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { landingErrors } from './errors.ts';
import { checkedKey } from './object-key.ts';
import type { ArchiveJanitor, ObjectStore, PutOutcome, StagedObject } from './object-store.ts';
import { openSpoolFile, sweepSpool } from './spool-file.ts';

/** Unpublished bytes live here: one folder on the same file system, so that what a crash left is found at once. */
const stagingFolder = '.staging';

/** The archive in a folder. The folder is made when missing; staged bytes of processes that died are removed. */
export async function openFolderStore(dir: string): Promise<ObjectStore> {
  const root = path.resolve(dir);
  const staging = path.join(root, stagingFolder);
  await typed(root, () => makeFolder(staging));
  await typed(root, () => sweepSpool(staging));
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

/** What may remove compacted originals from an archive in a folder. */
export function openFolderJanitor(dir: string): ArchiveJanitor {
  const root = path.resolve(dir);
  return {
    remove: (key) => {
      const file = path.join(root, ...checkedKey(key).split('/'));
      return typed(file, async () => {
        await rm(file, { force: true });
        await orAbsent(() => syncFolder(path.dirname(file)));
      });
    },
  };
}

async function stageFile(staging: string, locate: (key: string) => string): Promise<StagedObject> {
  const file = await openSpoolFile(staging);
  return {
    write: (chunk) => typed(file.path, () => file.write(chunk)),
    publish: async (key) => {
      const target = locate(key);
      return await typed(target, async () => {
        await file.sync();
        const outcome = await linkIfAbsent(file.path, target);
        await file.remove();
        return outcome;
      });
    },
    discard: () => typed(file.path, file.remove),
  };
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
