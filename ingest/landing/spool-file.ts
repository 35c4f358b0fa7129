import { randomBytes } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

/** A local file on its way to somewhere else; its name tells whose it is. */
export interface SpoolFile {
  readonly path: string;
  readonly write: (chunk: Uint8Array) => Promise<void>;
  readonly sync: () => Promise<void>;
  /** Closes and removes it; more calls do nothing. */
  readonly remove: () => Promise<void>;
}

/** Opens a new file in a folder that is there. */
export async function openSpoolFile(folder: string): Promise<SpoolFile> {
  const file = path.join(folder, `${process.pid}-${randomBytes(8).toString('hex')}`);
  const handle = await open(file, 'wx');
  let ended = false;
  return {
    path: file,
    write: async (chunk) => {
      for (let offset = 0; offset < chunk.length;) {
        const { bytesWritten } = await handle.write(chunk, offset);
        offset += bytesWritten;
      }
    },
    sync: () => handle.sync(),
    remove: async () => {
      if (ended) return;
      ended = true;
      await handle.close();
      await rm(file, { force: true });
    },
  };
}

/** Removes what processes that died have left in a folder; what is named otherwise is not ours. */
export async function sweepSpool(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /^(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(path.join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
