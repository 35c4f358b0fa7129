import type { ArchiveUpkeep } from '../dags/services.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { consumedBatches } from './archive-parts.ts';
import type { ArchiveParts } from './archive-parts.ts';

/** Compacted originals stay this long beside what they were compacted into. */
const graceDays = 30;

/** What the archive needs every day. */
export async function openUpkeep(
  parts: ArchiveParts,
  warehouse: () => Promise<Warehouse>,
  transforms: () => Promise<unknown>,
): Promise<ArchiveUpkeep> {
  const [compaction, removal, verification, retention, rules, rebuild] = await Promise.all([
    import('../ingest/archive/compact.ts'),
    import('../ingest/archive/remove-originals.ts'),
    import('../ingest/archive/verify.ts'),
    import('../ingest/archive/retention.ts'),
    import('../ingest/archive/retention-rules.ts'),
    import('../ingest/archive/rebuild.ts'),
  ]);
  const work = await parts.archiveWork();
  return {
    compact: async (signal) => (await compaction.compact({ ...work, signal })).length,
    removeOriginals: async (signal) => {
      const loaded = await rebuild.loadedBatches(await warehouse(), true);
      const { files } = await removal.removeOriginals({ ...work, signal }, await parts.janitor(), {
        graceDays,
        loaded,
      });
      return files;
    },
    verify: async (signal) => {
      const { findings } = await verification.verifyArchive({ ...work, signal });
      return findings
        .filter(({ severity }) => severity === 'error')
        .map(({ key, problem }) => `${key}: ${problem}`);
    },
    retire: async (signal) => {
      // Which makes the table of what is staged, where nothing was ever.
      await transforms();
      const deps = { ...work, signal, warehouse: await warehouse() };
      const retired = await retention.applyRetention(deps, {
        rules: rules.retentionRules,
        keepDays: rules.hotDays,
        consumed: consumedBatches,
      });
      return retired.reduce((sum, { rows }) => sum + rows, 0);
    },
  };
}
