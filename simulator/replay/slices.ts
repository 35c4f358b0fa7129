import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { simulatorErrors } from '../errors.ts';
import type { DataFile } from './data-file.ts';
import { createInvoiceLineReader } from './invoice-line.ts';
import type { InvoiceLine, InvoiceLineReader } from './invoice-line.ts';

/** Consecutive lines of the file that are written together. */
export interface FileSlice {
  readonly lines: readonly InvoiceLine[];
  /** Lines of the file up to and including these. */
  readonly rows: number;
  /** SHA-256 over those lines, which tells one file's beginning from another's. */
  readonly digest: string;
}

interface OpenSlice {
  lines: InvoiceLine[];
  rows: number;
  period: string;
  readonly hash: Hash;
}

/**
 * Cuts the file where its time enters a new period: `periodLength` characters of the time name it (10 a day, 13 an
 * hour). Also cuts after `cutAt` rows, so that a replay can go on where one with other periods stopped.
 */
export async function* readSlices(
  data: DataFile,
  file: string,
  periodLength: number,
  cutAt: number,
): AsyncGenerator<FileSlice> {
  let read: InvoiceLineReader | undefined;
  const open: OpenSlice = { lines: [], rows: 0, period: '', hash: createHash('sha256') };
  for await (const records of data.records()) {
    for (const record of records) {
      if (read === undefined) {
        read = createInvoiceLineReader(record, file);
        continue;
      }
      const line = read(record);
      const period = line.at.slice(0, periodLength);
      // A time that goes back belongs to the slice that is open: order in the file is what counts.
      if (open.lines.length > 0 && (period > open.period || open.rows === cutAt)) yield closeSlice(open);
      if (period > open.period) open.period = period;
      open.lines.push(line);
      open.rows += 1;
      open.hash.update(record.raw).update('\n');
    }
  }
  if (read === undefined) {
    throw simulatorErrors.error('REPLAY_COLUMNS_MISSING', {
      message: 'the file is empty',
      where: `${file}:1`,
    });
  }
  if (open.lines.length > 0) yield closeSlice(open);
}

function closeSlice(open: OpenSlice): FileSlice {
  const { lines, rows, hash } = open;
  open.lines = [];
  return { lines, rows, digest: hash.copy().digest('hex') };
}
