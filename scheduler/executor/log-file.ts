import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file that lines are appended to. */
export interface LogFile {
  /** Bytes that were in it before. */
  readonly size: number;
  readonly write: (text: string) => void;
  /** Resolves when little is waiting to be written. */
  readonly drained: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens a file for appending. One that cannot be written, such as on a full disk, is told once and loses its lines. */
export async function openLogFile(file: string, onError: (error: unknown) => void): Promise<LogFile> {
  let isBroken = false;
  const fail = (error: unknown): void => {
    if (!isBroken) onError(error);
    isBroken = true;
  };
  await mkdir(path.dirname(file), { recursive: true }).catch(fail);
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  const stream = createWriteStream(file, { flags: 'a' }).on('error', fail);
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return {
    size,
    // A task that ignores its abort signal may still log after its attempt was given up.
    write: (text) => void (isBroken || stream.writableEnded || stream.write(text)),
    drained: async () => {
      if (isBroken || !stream.writableNeedDrain) return;
      await Promise.race([closed, new Promise<void>((resolve) => stream.once('drain', () => resolve()))]);
    },
    close: async () => {
      stream.end();
      await closed;
    },
  };
}
