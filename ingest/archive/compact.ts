import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { failpoint } from '../../lib/failpoint.ts';
import { messageOf } from '../../lib/errors.ts';
import type { RowSchema } from '../landing/manifest.ts';
import { openSpoolFile } from '../landing/spool-file.ts';
import { differingInput, hashCompaction } from './archive.ts';
import type { ArchiveDeps } from './archive.ts';
import { readSoundCatalog } from './catalog.ts';
import { columnsOf } from './column-types.ts';
import { compactionKey, parquetKey, renderCompaction } from './compaction.ts';
import type { ArchivedFile, Compaction, CompactionInput } from './compaction.ts';
import { archiveErrors } from './errors.ts';
import { ContentHash, columnsReader, contentOfLine, renderLine } from './line-content.ts';
import type { LineContent } from './line-content.ts';
import { localCopy } from '../landing/local-copy.ts';
import type { LocalFile } from '../landing/local-copy.ts';
import type { ParquetColumn, ParquetLayout } from './parquet-engine.ts';
import { measureBytes, readLines } from './read-lines.ts';

export interface CompactOptions {
  /** `2026-01-31`, UTC; every closed day unless given. */
  readonly day?: string;
  readonly source?: string;
  /** Says what would be done. */
  readonly dryRun?: boolean;
}

/** One compacted file that was made, or would be. */
export interface CompactResult {
  readonly source: string;
  readonly table: string;
  readonly day: string;
  readonly files: number;
  readonly rows: number;
  /** Compressed, before and after; undefined in a dry run. */
  readonly bytesBefore: number;
  readonly bytesAfter: number | undefined;
  readonly key: string | undefined;
}

/** Landed files that go into one compacted file: of one table and day. */
interface Group {
  readonly source: string;
  readonly table: string;
  readonly day: string;
  readonly files: readonly ArchivedFile[];
}

/** Compressed bytes that go into one file: a few gigabytes of rows, read again in minutes. */
const maximumGroupBytes = 268_435_456;

/**
 * Makes Parquet of the landed files of closed days. Each group is one step: rows are written, put into the archive, read
 * back from it and compared, and only then named by a manifest. Whatever interrupts it leaves the originals as they are.
 */
export async function compact(deps: ArchiveDeps, options: CompactOptions = {}): Promise<CompactResult[]> {
  const today = deps.clock.now().toISOString().slice(0, 10);
  if (options.day !== undefined && options.day >= today) {
    throw archiveErrors.error('ARCHIVE_DAY_OPEN', { message: `${options.day} is not over (UTC)` });
  }
  const sources = options.source === undefined ? {} : { sources: [options.source] };
  const catalog = await readSoundCatalog(deps.store, { ...sources, onProgress: deps.onProgress });
  const open = catalog.files.filter(
    ({ file, day }) =>
      !catalog.compactionOf.has(file.key) && (options.day === undefined ? day < today : day === options.day),
  );
  const groups = groupsOf(open);
  const results: CompactResult[] = [];
  const step = 'compact';
  for (const [done, group] of groups.entries()) {
    if (deps.signal?.aborted === true) break;
    const note = `${group.source}.${group.table} ${group.day}`;
    deps.onProgress({ step, state: 'running', done, total: groups.length, unit: 'files', note });
    results.push(await compactGroup(deps, group, options.dryRun === true));
  }
  deps.onProgress({ step, state: 'finished', done: results.length, total: groups.length, unit: 'files' });
  return results;
}

function groupsOf(files: readonly ArchivedFile[]): Group[] {
  const byPlace = new Map<string, ArchivedFile[]>();
  for (const each of files) {
    const place = [each.manifest.source, each.file.table, each.day].join('\n');
    byPlace.set(place, [...(byPlace.get(place) ?? []), each]);
  }
  return [...byPlace.values()].flatMap((place) => chunked(place).map(groupOf));
}

function groupOf(files: readonly ArchivedFile[]): Group {
  const [{ manifest, file, day }] = files as [ArchivedFile];
  return { source: manifest.source, table: file.table, day, files };
}

function chunked(files: readonly ArchivedFile[]): ArchivedFile[][] {
  const chunks: ArchivedFile[][] = [];
  let bytes = Infinity;
  for (const each of files) {
    if (bytes + each.file.bytes > maximumGroupBytes) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(each);
    bytes += each.file.bytes;
  }
  return chunks;
}

async function compactGroup(deps: ArchiveDeps, group: Group, dryRun: boolean): Promise<CompactResult> {
  const { source, table, day, files } = group;
  const facts = {
    source,
    table,
    day,
    files: files.length,
    rows: files.reduce((sum, { file }) => sum + file.rows, 0),
    bytesBefore: files.reduce((sum, { file }) => sum + file.bytes, 0),
  };
  if (dryRun) return { ...facts, bytesAfter: undefined, key: undefined };
  let failure: unknown;
  // A type that an engine does not read back as it wrote it is no reason to give up: text is.
  for (const { layout, columns } of waysToKeep(files)) {
    const inputs = await hashInputs(deps, files, layout, columns);
    if (inputs === undefined) continue;
    try {
      const parquet = await writeParquet(deps, group, layout, columns);
      return { ...facts, ...(await record(deps, group, inputs, parquet)) };
    } catch (error) {
      if (!isDifferent(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** From the most useful to the one that takes anything. */
function waysToKeep(
  files: readonly ArchivedFile[],
): ReadonlyArray<{ readonly layout: ParquetLayout; readonly columns: readonly ParquetColumn[] }> {
  const columns = columnsOf(schemasOf(files));
  const document = { layout: 'document', columns: [] } as const;
  if (columns === undefined) return [document];
  const layout = 'columns';
  return [{ layout, columns }, { layout, columns: columns.map(asText) }, document];
}

function isDifferent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ARCHIVE_COMPACTION_DIFFERS';
}

function asText({ name }: ParquetColumn): ParquetColumn {
  return { name, type: 'text' };
}

function schemasOf(files: readonly ArchivedFile[]): RowSchema[] {
  return files.flatMap(({ manifest, file }) =>
    Object.values(manifest.schemas).filter((schema) => schema.table === file.table),
  );
}

/** Reads the originals, which must be what their manifests say; undefined where a row does not fit. */
async function hashInputs(
  { store }: ArchiveDeps,
  files: readonly ArchivedFile[],
  layout: ParquetLayout,
  columns: readonly ParquetColumn[],
): Promise<CompactionInput[] | undefined> {
  const contentOf =
    layout === 'columns' ? columnsReader(new Set(columns.map(({ name }) => name))) : wholeLine;
  const inputs: CompactionInput[] = [];
  for (const { file, manifest } of files) {
    const [packed, content] = [createHash('sha256'), new ContentHash()];
    let bytes = 0;
    const tap = (chunk: Buffer): void => {
      packed.update(chunk);
      bytes += chunk.length;
    };
    for await (const lines of readLines(store, file.key, tap)) {
      for (const line of lines) {
        const found = contentOf(line, file.key);
        if (found === undefined) return undefined;
        content.add(found, file.key);
      }
    }
    const sha256 = packed.digest('hex');
    if (bytes !== file.bytes || sha256 !== file.sha256 || content.rows !== file.rows) {
      throw archiveErrors.error('ARCHIVE_DAMAGED', {
        message: `it has ${content.rows} rows and ${bytes} bytes, or another checksum than its manifest names (${file.rows} rows, ${file.bytes} bytes)`,
        where: file.key,
      });
    }
    const { batchId } = manifest;
    const contentHash = content.digest();
    inputs.push({ key: file.key, sha256, bytes, rows: file.rows, batchId, contentHash });
  }
  return inputs;
}

/** In a document all of the line must come back; were it written in another way, that would show here. */
function wholeLine(line: string, where: string): LineContent {
  const content = contentOfLine(line, where);
  if (renderLine(content) === `${line}\n`) return content;
  throw archiveErrors.error('ARCHIVE_LINE_INVALID', { message: 'its fields are in another order', where });
}

async function writeParquet(
  deps: ArchiveDeps,
  group: Group,
  layout: ParquetLayout,
  columns: readonly ParquetColumn[],
): Promise<Compaction['parquet']> {
  const locals: LocalFile[] = [];
  const target = await openSpoolFile(deps.spoolDir);
  try {
    for (const { file } of group.files) locals.push(await localCopy(deps.store, file.key, deps.spoolDir));
    const inputs = group.files.map(({ file, manifest }, index) => ({
      path: locals[index]?.path ?? '',
      key: file.key,
      batchId: manifest.batchId,
    }));
    const written = await deps.parquet.write({ inputs, target: target.path, layout, columns });
    const staged = await deps.store.stage();
    try {
      for await (const chunk of createReadStream(target.path) as AsyncIterable<Buffer>)
        await staged.write(chunk);
      const { bytes, sha256 } = await measureLocal(target.path);
      const key = parquetKey(group, sha256);
      // The name is that of the content: what stands there already is the same.
      await staged.publish(key);
      return { key, sha256, bytes, layout, columns: [...written] };
    } finally {
      await staged.discard();
    }
  } finally {
    await target.remove();
    for (const local of locals) await local.release();
  }
}

async function measureLocal(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Names the compaction, once what the archive gives back is what went in. */
async function record(
  deps: ArchiveDeps,
  { source, table, day }: Group,
  inputs: CompactionInput[],
  parquet: Compaction['parquet'],
): Promise<{ bytesAfter: number; key: string }> {
  failpoint('archive.after_parquet');
  const compaction: Compaction = {
    version: 1,
    kind: 'compaction',
    source,
    table,
    day,
    inputs,
    parquet,
    rows: inputs.reduce((sum, { rows }) => sum + rows, 0),
    createdAt: deps.clock.now().toISOString(),
  };
  const differing = await compactionProblem(deps, compaction);
  if (differing !== undefined) {
    throw archiveErrors.error('ARCHIVE_COMPACTION_DIFFERS', { message: differing, where: parquet.key });
  }
  const key = compactionKey(compaction, inputs);
  await deps.store.put(key, renderCompaction(compaction));
  failpoint('archive.after_manifest');
  return { bytesAfter: parquet.bytes, key };
}

/** What is wrong with a compacted file as the archive gives it back; undefined where nothing is. */
export async function compactionProblem(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  compaction: Compaction,
): Promise<string | undefined> {
  const { bytes, sha256 } = await measureBytes(deps.store, compaction.parquet.key);
  if (bytes !== compaction.parquet.bytes)
    return `it has ${bytes} bytes instead of ${compaction.parquet.bytes}`;
  if (sha256 !== compaction.parquet.sha256) return 'it has another checksum';
  try {
    const differing = differingInput(await hashCompaction(deps, compaction), compaction);
    return differing === undefined ? undefined : `its rows of ${differing} are not those that were landed`;
  } catch (error) {
    return `it cannot be read: ${messageOf(error).split('\n')[0]}`;
  }
}
