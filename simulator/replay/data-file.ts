import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../lib/errors.ts';
import { simulatorErrors } from '../errors.ts';
import { readCsv } from './csv.ts';
import type { CsvRecord } from './csv.ts';

/** A data set file being read. */
export interface DataFile {
  /** Records in file order; compressed files (.gz) are unpacked on the way. */
  readonly records: () => AsyncGenerator<readonly CsvRecord[]>;
  /** Share of the file's bytes that was read so far. */
  readonly shareRead: () => number;
}

/** Opens a CSV file, compressed or not, for one reading. */
export async function openDataFile(file: string): Promise<DataFile> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const bytes = createReadStream(file);
  return {
    records: async function* () {
      const text = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
      // pipe() does not pass errors on, and a reader that waits for text would wait for ever.
      bytes.on('error', (error) => text.destroy(error));
      try {
        yield* readCsv(text.setEncoding('utf8'));
      } catch (error) {
        // What readCsv itself yields never fails: only reading or unpacking does.
        throw unreadable(file, error);
      } finally {
        bytes.destroy();
      }
    },
    shareRead: () => (size === 0 ? 1 : bytes.bytesRead / size),
  };
}

function unreadable(file: string, cause: unknown): Error {
  return simulatorErrors.error('REPLAY_FILE_UNREADABLE', { message: messageOf(cause), where: file, cause });
}
