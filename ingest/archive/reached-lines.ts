import type { ReachedObject, Warehouse } from '../../warehouse/warehouse.ts';
import type { LandedFile } from '../landing/manifest.ts';
import { localLines } from './archive.ts';
import type { ArchiveDeps } from './archive.ts';
import type { Compaction } from './compaction.ts';
import type { LineContent } from './line-content.ts';

/** The lines of a landed file, or those that are wanted, where the warehouse can read them. */
export async function reachedLines(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'> & { readonly warehouse: Warehouse },
  file: LandedFile,
  compaction: Compaction | undefined,
  isWanted?: (content: LineContent) => boolean,
): Promise<ReachedObject & { readonly rows: number }> {
  const local = await localLines(deps, file, compaction, isWanted);
  try {
    const fetch = (): Promise<ReachedObject> => Promise.resolve(local);
    const reached = await deps.warehouse.reach({ key: file.key, location: local.path, fetch });
    const release = async (): Promise<void> => {
      await reached.release();
      await local.release();
    };
    return { path: reached.path, rows: local.rows, release };
  } catch (error) {
    await local.release();
    throw error;
  }
}
