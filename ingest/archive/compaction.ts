import { createHash } from 'node:crypto';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import type { LandedFile, Manifest } from '../landing/manifest.ts';
import { archiveErrors } from './errors.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const contentHash = z.string().regex(/^[0-9a-f]{32}$/);
const count = z.int().positive();

const shape = z.strictObject({
  version: z.literal(1),
  kind: z.literal('compaction'),
  source: z.string().min(1),
  table: z.string().min(1),
  /** UTC day of the batches' latest commits. */
  day: z.iso.date(),
  inputs: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        sha256,
        bytes: count,
        rows: count,
        batchId: z.string().min(1),
        /** Order-independent, over the rows as they were landed. */
        contentHash,
      }),
    )
    .min(1),
  parquet: z.strictObject({
    key: z.string().min(1),
    sha256,
    bytes: count,
    layout: z.enum(['columns', 'document']),
    columns: z.array(z.strictObject({ name: z.string().min(1), type: z.string().min(1) })),
  }),
  rows: count,
  createdAt: z.iso.datetime(),
});

/** What was compacted into which file. Written only after the file was read back and found to be its inputs. */
export type Compaction = Readonly<z.infer<typeof shape>>;
export type CompactionInput = Compaction['inputs'][number];

/** A landed file, the batch that it belongs to, and the day under which it is kept. */
export interface ArchivedFile {
  readonly manifest: Manifest;
  readonly file: LandedFile;
  readonly day: string;
}

/** `2026-01-31` of a batch. */
export function dayOf({ toCommittedAt }: Pick<Manifest, 'toCommittedAt'>): string {
  return toCommittedAt.slice(0, 10);
}

/** Everything that was ever compacted of a source, by listing. */
export function compactionPrefix(source: string): string {
  return `compactions/${source}/`;
}

/** The same inputs have the same key, so that compacting them twice is seen. */
export function compactionKey(
  { source, table, day }: Pick<Compaction, 'source' | 'table' | 'day'>,
  inputs: ReadonlyArray<Pick<CompactionInput, 'key' | 'sha256'>>,
): string {
  const hash = createHash('sha256');
  for (const { key, sha256: digest } of inputs) hash.update(`${key}\n${digest}\n`);
  return `${compactionPrefix(source)}${table}/date=${day}/${hash.digest('hex').slice(0, 32)}.json`;
}

/** Where the compacted rows lie; the content's hash makes the name that of one file alone. */
export function parquetKey(
  { source, table, day }: Pick<Compaction, 'source' | 'table' | 'day'>,
  digest: string,
): string {
  return `parquet/${source}/${table}/date=${day}/${digest.slice(0, 32)}.parquet`;
}

/** The object's text. */
export function renderCompaction(compaction: Compaction): string {
  return `${JSON.stringify(shape.parse(compaction), undefined, 2)}\n`;
}

/** Reads a compaction's manifest; anything unexpected in it is an error, never ignored. */
export function parseCompaction(text: string, key: string): Compaction {
  try {
    const compaction = shape.parse(JSON.parse(text));
    if (key === compactionKey(compaction, compaction.inputs)) return compaction;
    throw new Error('it describes other files than its name');
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw archiveErrors.error('ARCHIVE_COMPACTION_INVALID', { message, where: key });
  }
}
