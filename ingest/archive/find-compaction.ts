import type { LandedFile, Manifest } from '../landing/manifest.ts';
import type { ObjectStore } from '../landing/object-store.ts';
import { compactionPrefix, dayOf, parseCompaction } from './compaction.ts';
import type { Compaction } from './compaction.ts';

/** The compaction that stands for a landed file now; those of its table and day alone are read. */
export async function findCompaction(
  store: ObjectStore,
  manifest: Pick<Manifest, 'source' | 'toCommittedAt'>,
  file: Pick<LandedFile, 'key' | 'table'>,
): Promise<Compaction | undefined> {
  const prefix = `${compactionPrefix(manifest.source)}${file.table}/date=${dayOf(manifest)}/`;
  for (const key of await store.list(prefix)) {
    const compaction = parseCompaction((await store.get(key))?.toString('utf8') ?? '', key);
    if (compaction.inputs.some((input) => input.key === file.key)) return compaction;
  }
  return undefined;
}
