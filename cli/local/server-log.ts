import { open } from 'node:fs/promises';
import type { ShopwaveError } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';

/** Why a start failed, as far as the caller must act differently on it. */
export type StartFailure = 'port-clash' | 'still-in-use' | 'other';

const failurePatterns: ReadonlyArray<readonly [RegExp, StartFailure]> = [
  [/could not bind|Address already in use|could not create any TCP\/IP sockets/, 'port-clash'],
  [/lock file ".*" already exists|shared memory block .*still in use/, 'still-in-use'],
];

/** Reads the cause from the server's own words: it reports it nowhere else. */
export function classifyServerLog(log: string): StartFailure {
  return failurePatterns.find(([pattern]) => pattern.test(log))?.[1] ?? 'other';
}

/** A typed error from what the server printed. */
export function explainServerLog(log: string, about: { what: string; where: string }): ShopwaveError {
  if (/No space left on device/.test(log)) {
    return cliErrors.error('CLI_DISK_FULL', {
      message: `${about.what}: no space left on device`,
      where: about.where,
    });
  }
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /FATAL|PANIC|ERROR|error|could not|cannot/.test(line));
  const words = (telling.length > 0 ? telling : lines).slice(-4).join('\n  ');
  return cliErrors.error('POSTGRES_START_FAILED', {
    message: words === '' ? about.what : `${about.what}:\n  ${words}`,
    where: about.where,
  });
}

/** The last 8 KB of a log file written since `from`. */
export async function readLogTail(path: string, from = 0): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - 8192);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await file.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
