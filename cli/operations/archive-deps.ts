import type { ArchiveDeps } from '../../ingest/archive/archive.ts';
import type { OperationContext } from './operation.ts';

/** What an operation on the archive works with: progress and the signal are the caller's. */
export async function archiveDeps({ platform, onProgress, signal }: OperationContext): Promise<ArchiveDeps> {
  return { ...(await platform.archiveWork()), onProgress, signal };
}
