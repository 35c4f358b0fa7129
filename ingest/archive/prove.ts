import type { LandedFile } from '../landing/manifest.ts';
import type { ArchiveDeps } from './archive.ts';
import { compactionProblem } from './compact.ts';
import type { Compaction } from './compaction.ts';
import { archiveErrors } from './errors.ts';
import { measureBytes } from './read-lines.ts';

/** Throws unless the archive holds a landed file, as an original or in a compaction that gives its rows back. */
export type Prove = (file: LandedFile, compaction: Compaction | undefined) => Promise<void>;

/** Each file, and each compaction, is read once however often it is asked for. */
export function createProof(deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>): Prove {
  const proofs = new Map<string, Promise<void>>();
  const once = (key: string, prove: () => Promise<void>): Promise<void> => {
    const known = proofs.get(key) ?? prove();
    proofs.set(key, known);
    return known;
  };
  return async (file, compaction) => {
    if (await deps.store.exists(file.key)) {
      await once(file.key, () => proveOriginal(deps, file));
    } else if (compaction === undefined) {
      throw damaged(file.key, 'a landed file is not there, and no compaction stands for it');
    } else {
      await once(compaction.parquet.key, () => proveCompaction(deps, compaction));
      const input = compaction.inputs.find(({ key }) => key === file.key);
      if (input?.sha256 !== file.sha256)
        throw damaged(file.key, 'what was compacted is not what its manifest names');
    }
  };
}

async function proveOriginal({ store }: Pick<ArchiveDeps, 'store'>, file: LandedFile): Promise<void> {
  const { bytes, sha256 } = await measureBytes(store, file.key);
  if (bytes === file.bytes && sha256 === file.sha256) return;
  throw damaged(
    file.key,
    `it has ${bytes} bytes, or another checksum than its manifest names (${file.bytes} bytes)`,
  );
}

async function proveCompaction(
  deps: Pick<ArchiveDeps, 'store' | 'parquet' | 'spoolDir'>,
  compaction: Compaction,
): Promise<void> {
  const problem = await compactionProblem(deps, compaction);
  if (problem !== undefined) throw damaged(compaction.parquet.key, problem);
}

function damaged(where: string, message: string): Error {
  return archiveErrors.error('ARCHIVE_DAMAGED', { message, where });
}
