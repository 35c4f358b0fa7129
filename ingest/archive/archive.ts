import { createGzip } from 'node:zlib';
import { once } from 'node:events';
import type { Clock } from '../../lib/clock.ts';
import type { OnProgress } from '../../lib/progress.ts';
import type { LandedFile } from '../landing/manifest.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import { openSpoolFile } from '../landing/spool-file.ts';
import type { Compaction } from './compaction.ts';
import { archiveErrors } from './errors.ts';
import { ContentHash, contentOfLine, rowReader, renderLine } from './line-content.ts';
import type { LineContent } from './line-content.ts';
import { localCopy } from '../landing/local-copy.ts';
import type { LocalFile } from '../landing/local-copy.ts';
import type { ParquetEngine } from './parquet-engine.ts';
import { readLines } from './read-lines.ts';

/** What working on the archive takes. */
export interface ArchiveDeps {
  readonly store: ObjectStore;
  readonly parquet: ParquetEngine;
  /** Local folder, on a disk that has room for a day of one table. */
  readonly spoolDir: string;
  readonly clock: Clock;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

/** The rows of a compacted file, of one landed file where its key is given, with the key of the file each came from. */
export async function* rowsOfCompaction(
  { store, parquet, spoolDir }: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  { parquet: { key: location, layout, columns } }: Pick<Compaction, 'parquet'>,
  order: 'landed' | 'hashed',
  key?: string,
): AsyncGenerator<Array<{ readonly file: string; readonly content: LineContent }>> {
  const local = await localCopy(store, location, spoolDir);
  try {
    // The first column is the commit time, which every row has.
    const read = rowReader(layout, columns.slice(1), order);
    for await (const rows of parquet.read({ path: local.path, layout, columns }, key))
      yield rows.map((row) => ({ file: row[0] ?? '', content: read(row) }));
  } finally {
    await local.release();
  }
}

/** Rows and content hashes of a compacted file, by landed file. */
export async function hashCompaction(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  compaction: Pick<Compaction, 'parquet'>,
): Promise<ReadonlyMap<string, ContentHash>> {
  const hashes = new Map<string, ContentHash>();
  for await (const rows of rowsOfCompaction(deps, compaction, 'hashed')) {
    for (const { file, content } of rows) {
      const hash = hashes.get(file) ?? new ContentHash();
      hash.add(content, file);
      hashes.set(file, hash);
    }
  }
  return hashes;
}

/** The first input that is not in the compacted file as it was landed. */
export function differingInput(
  hashes: ReadonlyMap<string, ContentHash>,
  { inputs }: Pick<Compaction, 'inputs'>,
): string | undefined {
  if (hashes.size !== inputs.length) return `${hashes.size} files instead of ${inputs.length}`;
  return inputs.find(({ key, rows, contentHash }) => {
    const found = hashes.get(key);
    return found?.rows !== rows || found.digest() !== contentHash;
  })?.key;
}

/** The lines of a landed file, from the original where it is there, else from what it was compacted into. */
export async function* contentsOf(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  file: LandedFile,
  compaction: Compaction | undefined,
): AsyncGenerator<LineContent[]> {
  if (await deps.store.exists(file.key)) {
    for await (const lines of readLines(deps.store, file.key))
      yield lines.map((line) => contentOfLine(line, file.key));
    return;
  }
  if (compaction === undefined) throw missing(file.key);
  for await (const rows of rowsOfCompaction(deps, compaction, 'landed', file.key))
    yield rows.map(({ content }) => content);
}

/** A landed file as local gzipped lines that a warehouse can load; all of it, or the lines that are wanted. */
export async function localLines(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  file: LandedFile,
  compaction: Compaction | undefined,
  isWanted?: (content: LineContent) => boolean,
): Promise<LocalFile & { readonly rows: number }> {
  if (isWanted === undefined && (await deps.store.exists(file.key)))
    return { ...(await localCopy(deps.store, file.key, deps.spoolDir)), rows: file.rows };
  const spool = await openSpoolFile(deps.spoolDir);
  const gzip = createGzip({ level: 1 });
  const pumped = (async (): Promise<void> => {
    for await (const chunk of gzip as AsyncIterable<Buffer>) await spool.write(chunk);
  })();
  let rows = 0;
  try {
    for await (const contents of contentsOf(deps, file, compaction)) {
      const wanted = isWanted === undefined ? contents : contents.filter(isWanted);
      rows += wanted.length;
      const text = wanted.map(renderLine).join('');
      if (text !== '' && !gzip.write(text)) await Promise.race([once(gzip, 'drain'), pumped]);
    }
    gzip.end();
    await pumped;
    return { path: spool.path, rows, release: spool.remove };
  } catch (error) {
    gzip.destroy();
    await pumped.catch(() => {});
    await spool.remove();
    throw error;
  }
}

function missing(key: string): Error {
  return archiveErrors.error('ARCHIVE_DAMAGED', {
    message: 'a landed file is not in the archive, and was not compacted',
    where: key,
  });
}
