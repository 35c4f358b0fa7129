import { mkdir } from 'node:fs/promises';
import process from 'node:process';
import type { ArchiveDeps } from '../ingest/archive/archive.ts';
import type { RestoreTouchedResult } from '../ingest/archive/restore-touched.ts';
import type { ArchiveJanitor, ObjectStore } from '../ingest/landing/object-store.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Parts } from './parts.ts';
import type { PlatformOptions } from './platform-options.ts';

/** The archive, and what is done with it besides landing. */
export interface ArchiveParts {
  readonly archive: () => Promise<ObjectStore>;
  /** The one that may remove from it. */
  readonly janitor: () => Promise<ArchiveJanitor>;
  /** What compaction, verification and restoring work with. */
  readonly archiveWork: () => Promise<ArchiveDeps>;
  /** Brings the history of retired keys back that what was loaded since touches. */
  readonly restoreTouched: () => Promise<RestoreTouchedResult>;
}

/** One archive, wherever it is, and who may remove from it. */
interface ArchiveSite {
  readonly store: ObjectStore;
  readonly janitor: () => ArchiveJanitor;
}

/** Where the archive is instead of in the data folder, such as `s3://bucket/prefix?region=eu-central-1`. */
const archiveVariable = 'SHOPWAVE_ARCHIVE';

/** Batches whose rows nobody needs in raw any more: staged, and published, since the checks of a build compare the two. */
export const consumedBatches = `(select batch_id from _meta.staged_batch
  where step <= (select coalesce(max(stage_step), 0) from _meta.publication))`;

/** Declares the parts; nothing is opened. */
export function archiveParts(
  parts: Parts,
  options: PlatformOptions,
  warehouse: () => Promise<Warehouse>,
): ArchiveParts {
  const { paths, clock, onProgress } = options;
  const location = process.env[archiveVariable];
  const site = parts.add('archive', async (own): Promise<ArchiveSite> => {
    if (location === undefined) {
      const { openFolderJanitor, openFolderStore } = await import('../ingest/landing/folder-store.ts');
      return { store: await openFolderStore(paths.archive), janitor: () => openFolderJanitor(paths.archive) };
    }
    const [{ openS3Janitor, openS3Store }, { parseS3Location }] = await Promise.all([
      import('../ingest/landing/s3-store.ts'),
      import('../ingest/landing/s3-location.ts'),
    ]);
    const bucket = { ...parseS3Location(location), spoolDir: paths.spool, clock };
    const store = await openS3Store(bucket);
    own(() => store.close());
    return { store, janitor: () => openS3Janitor(bucket) };
  });
  const archive = async (): Promise<ObjectStore> => (await site()).store;
  const archiveWork = parts.add('archive work', async () => {
    const [{ duckdbParquetEngine }, { sweepSpool }] = await Promise.all([
      import('../warehouse/duckdb/parquet-engine.ts'),
      import('../ingest/landing/spool-file.ts'),
    ]);
    // In the data folder, not in the system's small /tmp.
    await mkdir(paths.spool, { recursive: true });
    await sweepSpool(paths.spool);
    const store = await archive();
    return { store, parquet: duckdbParquetEngine(), spoolDir: paths.spool, clock, onProgress };
  });
  return {
    archive,
    archiveWork,
    janitor: async () => (await site()).janitor(),
    restoreTouched: async () => {
      const [{ restoreTouched }, { retentionRules: rules }] = await Promise.all([
        import('../ingest/archive/restore-touched.ts'),
        import('../ingest/archive/retention-rules.ts'),
      ]);
      const deps = { ...(await archiveWork()), warehouse: await warehouse() };
      return await restoreTouched(deps, { rules });
    },
  };
}
