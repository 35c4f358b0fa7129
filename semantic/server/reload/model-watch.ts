import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../../lib/clock.ts';

/** How often the folder is looked at: thirty files are a millisecond of work. */
const lookEveryMs = 500;

export interface WatchOptions {
  readonly folder: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
  /** Called when a YAML file was changed, added or removed; the next call comes after it has ended. */
  readonly onChange: () => Promise<unknown>;
}

/**
 * Looks at the model's files until the signal aborts. By their stamps, not by events of the system, which differ by
 * system, editor and mount. A change counts once two looks have found the same: an editor may still be writing.
 */
export async function watchFiles({ folder, clock, signal, onChange }: WatchOptions): Promise<void> {
  // The first look tells a change, too: the files may have been read some time ago.
  let known = '';
  let seen = '';
  for (;;) {
    await clock.sleep(lookEveryMs, signal);
    if (signal.aborted) return;
    const now = await stampsOf(folder);
    const isSettled = now === seen;
    seen = now;
    if (now === known || !isSettled) continue;
    known = now;
    await onChange();
  }
}

const mostReads = 5;

/** Reads the files of a folder again if one was written meanwhile: half a file is none that anybody wrote. */
export async function readSettled<T>(folder: string, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await stampsOf(folder);
    const [outcome] = await Promise.allSettled([read()]);
    const isSettled = (await stampsOf(folder)) === before;
    if (!isSettled && attempt < mostReads) continue;
    if (outcome.status === 'fulfilled') return outcome.value;
    throw outcome.reason;
  }
}

/** Name, time and size of every YAML file; a folder that cannot be read is one without any. */
async function stampsOf(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const stamps = await Promise.all(
    names
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map(async (name) => {
        const found = await stat(path.join(folder, name), { bigint: true }).catch(() => undefined);
        return `${name} ${found?.mtimeNs} ${found?.size} ${found?.ino}`;
      }),
  );
  return stamps.join('\n');
}
