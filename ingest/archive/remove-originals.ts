import type { ArchiveJanitor } from '../landing/object-store.ts';
import type { ArchiveDeps } from './archive.ts';
import { readSoundCatalog } from './catalog.ts';
import { compactionProblem } from './compact.ts';
import type { Compaction } from './compaction.ts';
import { archiveErrors } from './errors.ts';
import { measureBytes } from './read-lines.ts';

export interface RemoveOptions {
  /** Days since the compaction; until then both stand side by side. */
  readonly graceDays: number;
  /** Batches that are in the warehouse: the loader reads originals alone. */
  readonly loaded: ReadonlySet<string>;
  readonly dryRun?: boolean;
}

export interface RemoveResult {
  /** Originals removed, or that would be. */
  readonly files: number;
  readonly bytes: number;
  /** Originals that stay for now: in their grace, or not loaded yet. */
  readonly waiting: number;
}

const dayMs = 86_400_000;

/**
 * Removes originals whose rows were read back, once more, from what they were compacted into. An interruption leaves
 * some of them, each of which the compacted file holds too.
 */
export async function removeOriginals(
  deps: ArchiveDeps,
  janitor: ArchiveJanitor,
  { graceDays, loaded, dryRun = false }: RemoveOptions,
): Promise<RemoveResult> {
  const { compactions } = await readSoundCatalog(deps.store, { onProgress: deps.onProgress });
  const stored = new Set(await deps.store.list('data/'));
  const result = { files: 0, bytes: 0, waiting: 0 };
  const standing = compactions.filter(({ compaction }) =>
    compaction.inputs.some(({ key }) => stored.has(key)),
  );
  const step = 'remove compacted originals';
  for (const [done, { compaction }] of standing.entries()) {
    if (deps.signal?.aborted === true) break;
    deps.onProgress({ step, state: 'running', done, total: standing.length, unit: 'compactions' });
    const there = compaction.inputs.filter(({ key }) => stored.has(key));
    const isRipe = deps.clock.now().getTime() - Date.parse(compaction.createdAt) >= graceDays * dayMs;
    if (!isRipe || !compaction.inputs.every(({ batchId }) => loaded.has(batchId))) {
      result.waiting += there.length;
      continue;
    }
    await mustHoldAll(deps, compaction, there);
    for (const { key, bytes } of there) {
      if (!dryRun) await removeOne(deps, janitor, key);
      result.files += 1;
      result.bytes += bytes;
    }
  }
  deps.onProgress({ step, state: 'finished', done: result.files, unit: 'files' });
  return result;
}

/** A janitor of another archive would find nothing to do, and say so by saying nothing. */
async function removeOne({ store }: ArchiveDeps, janitor: ArchiveJanitor, key: string): Promise<void> {
  await janitor.remove(key);
  if (!(await store.exists(key))) return;
  throw archiveErrors.error('ARCHIVE_NOT_REMOVED', {
    message: 'it was to be removed, and is still there',
    where: store.locate(key),
  });
}

async function mustHoldAll(
  deps: ArchiveDeps,
  compaction: Compaction,
  there: ReadonlyArray<Compaction['inputs'][number]>,
): Promise<void> {
  const problem = await compactionProblem(deps, compaction);
  if (problem !== undefined) {
    throw archiveErrors.error('ARCHIVE_COMPACTION_DIFFERS', {
      message: problem,
      where: compaction.parquet.key,
    });
  }
  for (const { key, sha256 } of there) {
    if ((await measureBytes(deps.store, key)).sha256 === sha256) continue;
    throw archiveErrors.error('ARCHIVE_DAMAGED', {
      message: 'an original is no longer what was compacted; it is left where it is',
      where: key,
    });
  }
}
