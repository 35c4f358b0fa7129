import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong when the archive is compacted, verified, or read again. */
export const archiveErrors = errorCatalog({
  ARCHIVE_LINE_INVALID: {
    summary: 'A line of a landed file is none that the platform writes.',
    remedy: 'Run `shopwave archive verify`. The original stays; nothing was compacted.',
    retryable: false,
  },
  ARCHIVE_COMPACTION_INVALID: {
    summary: 'The manifest of a compaction cannot be understood.',
    remedy: 'Restore the object from a copy of the archive; it was written by another version or damaged.',
    retryable: false,
  },
  ARCHIVE_COMPACTION_DIFFERS: {
    summary: 'A compacted file, read back, is not the rows it was made from.',
    remedy: 'The originals stay and are still read. Report it: the compacted file must not exist.',
    retryable: false,
  },
  ARCHIVE_DAMAGED: {
    summary: 'The archive does not hold what its manifests name.',
    remedy:
      'Restore the objects listed from another copy of the archive, then run `shopwave archive verify`.',
    retryable: false,
  },
  ARCHIVE_DAY_OPEN: {
    summary: 'A day that is not over cannot be compacted.',
    remedy: 'Name an earlier day (UTC).',
    retryable: false,
  },
  ARCHIVE_CHAIN_DIFFERS: {
    summary: 'The control store knows batches that the archive does not hold, or others in their place.',
    remedy: 'Use the archive that belongs to this control store, or rebuild into an empty one.',
    retryable: false,
  },
  ARCHIVE_UNKNOWN_ENTITY: {
    summary: 'The archive holds nothing of that source and table.',
    remedy: 'Name it as <source>.<table>; `shopwave archive status` lists what there is.',
    retryable: false,
  },
  ARCHIVE_NOT_REMOVED: {
    summary: 'An original that was compacted could not be removed.',
    remedy: 'Nothing is lost: both are there. Look at the rights on the archive, and run the command again.',
    retryable: false,
  },
  ARCHIVE_RETENTION_UNPROVEN: {
    summary: 'Rows that are due to leave the warehouse could not be found in the archive.',
    remedy: 'Nothing was removed. Run `shopwave archive verify` and restore what it names.',
    retryable: false,
  },
});
