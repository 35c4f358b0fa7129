import { ShopwaveError } from '../../lib/errors.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import type { ArchiveDeps } from './archive.ts';
import { readCatalog } from './catalog.ts';
import type { Catalog, Finding } from './catalog.ts';
import { compactionProblem } from './compact.ts';
import type { ArchivedFile, Compaction } from './compaction.ts';
import { findCompaction } from './find-compaction.ts';
import { inParallel } from './in-parallel.ts';
import { measureFile } from './read-lines.ts';

/** Which part of the archive: days are UTC, `to` is not included. */
export interface ArchiveRange {
  readonly source?: string;
  readonly table?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface VerifyResult {
  readonly chains: number;
  readonly manifests: number;
  /** Landed files that were read through, and those that a compaction stands for. */
  readonly files: number;
  readonly compacted: number;
  readonly compactions: number;
  readonly rows: number;
  readonly findings: readonly Finding[];
}

/** Reading and unpacking keeps one core busy; more than a few only wait. */
const filesAtOnce = 4;

/** Whether something lies in a range. */
export function isWithin(
  { source, table, from, to }: ArchiveRange,
  place: { readonly source: string; readonly table: string; readonly day: string },
): boolean {
  return (
    (source === undefined || place.source === source) &&
    (table === undefined || place.table === table) &&
    (from === undefined || place.day >= from) &&
    (to === undefined || place.day < to)
  );
}

/** Where an archived file lies. */
export function placeOf({ manifest, file, day }: ArchivedFile): {
  source: string;
  table: string;
  day: string;
} {
  return { source: manifest.source, table: file.table, day };
}

/**
 * Reads everything that the archive's manifests name and compares it with what they say; chains are followed from their
 * beginning whatever the range. Nothing is changed.
 */
export async function verifyArchive(deps: ArchiveDeps, range: ArchiveRange = {}): Promise<VerifyResult> {
  const sources = range.source === undefined ? {} : { sources: [range.source] };
  const catalog = await readCatalog(deps.store, { ...sources, onProgress: deps.onProgress });
  const findings = [...catalog.findings];
  const stored = new Set(await listStored(deps.store, 'data/', range.source));
  const files = catalog.files.filter((each) => isWithin(range, placeOf(each)));
  const originals = files.filter(({ file }) => stored.has(file.key));
  const gone = files.filter(({ file }) => !stored.has(file.key));
  const compactions = catalog.compactions.filter(({ compaction }) => isWithin(range, compaction));
  const rows = { sum: 0 };
  const vanished: ArchivedFile[] = [];
  await progressing(deps, 'verify files', originals, async (each) => {
    const finding = await checkFile(deps.store, each);
    if (finding === 'gone') vanished.push(each);
    else if (finding === undefined) rows.sum += each.file.rows;
    else findings.push(finding);
  });
  // Originals may be removed meanwhile: each of them is one whose compaction was read back just before.
  for (const { file } of vanished) stored.delete(file.key);
  gone.push(...vanished);
  await progressing(deps, 'verify compacted files', compactions, async (each) => {
    const finding = await checkCompaction(deps, catalog, each.key, each.compaction);
    if (finding === undefined) rows.sum += rowsOnlyThere(each.compaction, stored);
    else findings.push(finding);
  });
  for (const { manifest, file } of gone) {
    if (catalog.compactionOf.has(file.key)) continue;
    if ((await findCompaction(deps.store, manifest, file)) !== undefined) continue;
    findings.push(error(file.key, 'missing', 'its manifest names it, and no compaction stands for it'));
  }
  findings.push(...(await unnamed(deps.store, catalog, stored, range)));
  return {
    chains: catalog.chains.length,
    manifests: catalog.chains.reduce((sum, { manifests }) => sum + manifests.length, 0),
    files: originals.length - vanished.length,
    compacted: gone.length,
    compactions: compactions.length,
    rows: rows.sum,
    findings: findings.toSorted((left, right) => compare(left.key, right.key)),
  };
}

/** Whatever the archive holds under a prefix of one source, or of all. */
async function listStored(store: ObjectStore, prefix: string, source: string | undefined): Promise<string[]> {
  return await store.list(source === undefined ? prefix : `${prefix}${source}/`);
}

async function progressing<T>(
  { onProgress, signal }: ArchiveDeps,
  step: string,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const total = items.length;
  if (total === 0) return;
  let done = 0;
  onProgress({ step, state: 'started', done, total, unit: 'files' });
  await inParallel(items, filesAtOnce, async (item) => {
    signal?.throwIfAborted();
    await work(item);
    done += 1;
    onProgress({ step, state: 'running', done, total, unit: 'files' });
  });
  onProgress({ step, state: 'finished', done, total, unit: 'files' });
}

/** Undefined where nothing is wrong with it. */
async function checkFile(store: ObjectStore, { file }: ArchivedFile): Promise<Finding | 'gone' | undefined> {
  const found = await unlessGone(() => measureFile(store, file));
  if (found === 'gone') return found;
  if (found.bytes !== file.bytes)
    return error(file.key, 'size', `${found.bytes} bytes instead of ${file.bytes}`);
  if (found.sha256 !== file.sha256) return error(file.key, 'checksum', 'other bytes than were landed');
  if (found.rows !== file.rows)
    return error(file.key, 'row count', `${found.rows ?? 'unreadable'} rows instead of ${file.rows}`);
  return undefined;
}

async function checkCompaction(
  deps: ArchiveDeps,
  { files }: Catalog,
  key: string,
  compaction: Compaction,
): Promise<Finding | undefined> {
  const landed = new Map(files.map(({ file }) => [file.key, file]));
  for (const input of compaction.inputs) {
    const file = landed.get(input.key);
    if (file?.sha256 === input.sha256 && file.rows === input.rows) continue;
    return error(key, 'content', `${input.key} is not as its own manifest says`);
  }
  const problem = await unlessGone(() => compactionProblem(deps, compaction));
  if (problem === 'gone') return error(compaction.parquet.key, 'missing', `${key} names it`);
  return problem === undefined ? undefined : error(compaction.parquet.key, 'content', problem);
}

async function unlessGone<T>(read: () => Promise<T>): Promise<T | 'gone'> {
  try {
    return await read();
  } catch (failure) {
    if (failure instanceof ShopwaveError && failure.code === 'LANDING_OBJECT_MISSING') return 'gone';
    throw failure;
  }
}

/** Rows whose originals are gone. */
function rowsOnlyThere({ inputs }: Compaction, stored: ReadonlySet<string>): number {
  return inputs.filter(({ key }) => !stored.has(key)).reduce((sum, { rows }) => sum + rows, 0);
}

async function unnamed(
  store: ObjectStore,
  catalog: Catalog,
  stored: ReadonlySet<string>,
  { source }: ArchiveRange,
): Promise<Finding[]> {
  const named = new Set([
    ...catalog.files.map(({ file }) => file.key),
    ...catalog.compactions.map(({ compaction }) => compaction.parquet.key),
  ]);
  const parquet = await listStored(store, 'parquet/', source);
  return [...stored, ...parquet]
    .filter((key) => !named.has(key))
    .map((key) => ({
      severity: 'note',
      key,
      problem: 'not named by any manifest',
      detail: 'nothing reads it: a run that was interrupted left it, or somebody else',
    }));
}

function error(key: string, problem: Finding['problem'], detail: string): Finding {
  return { severity: 'error', key, problem, detail };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
