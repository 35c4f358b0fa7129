import { errorCatalog } from '../../lib/errors.ts';

/** What can go wrong between a source and the raw tables, whatever the source is. */
export const landingErrors = errorCatalog({
  LANDING_KEY_INVALID: {
    summary: 'An archive key is not a plain relative path.',
    remedy: 'Use lower-case letters, digits and ._-/ only; table and source names become part of keys.',
    retryable: false,
  },
  LANDING_DISK_FULL: {
    summary: 'The disk that holds the landing folder is full.',
    remedy:
      'Free space; capture goes on by itself. Nothing was acknowledged, so the source keeps what is missing.',
    retryable: true,
  },
  LANDING_NOT_WRITABLE: {
    summary: 'The landing folder cannot be written.',
    remedy: 'Give this user write access to the folder, or choose another with --data-dir.',
    retryable: false,
  },
  LANDING_STORE_FAILED: {
    summary: 'The object store failed.',
    remedy: 'Read the message; the step is tried again by itself.',
    retryable: true,
  },
  LANDING_OBJECT_MISSING: {
    summary: 'A landed object that something refers to is not in the archive.',
    remedy: 'Restore the object from a copy of the archive; objects are never deleted by the platform.',
    retryable: false,
  },
  LANDING_FILE_DAMAGED: {
    summary: 'A landed file does not have the checksum or size that its manifest names.',
    remedy: 'Restore the file from a copy of the archive. It was not loaded, and nothing after it will be.',
    retryable: false,
  },
  LANDING_MANIFEST_INVALID: {
    summary: 'A manifest object cannot be understood.',
    remedy: 'Restore the object from a copy of the archive; it was written by another version or damaged.',
    retryable: false,
  },
  LANDING_LINE_TOO_LARGE: {
    summary: 'One row is larger than the warehouse takes in one value (16 MiB).',
    remedy: 'Leave the large column out of the allow-list and capture the table anew.',
    retryable: false,
  },
  LANDING_POSITION_TAKEN: {
    summary: 'Another process landed the same position first.',
    remedy: 'Nothing to do: the next run takes over what was landed. Run one capture for a source.',
    retryable: true,
  },
  LANDING_ARCHIVE_FOREIGN: {
    summary: 'The archive holds batches of this source that the control store knows nothing of.',
    remedy:
      'Restore the control store that belongs to this archive, or start with an empty archive (--fresh).',
    retryable: false,
  },
  LOAD_GAP: {
    summary: 'The next batch does not begin where the loaded ones end.',
    remedy:
      'Do not load by hand. Compare ingest.manifest with _meta.loaded_batch; a manifest row is missing.',
    retryable: false,
  },
  LOAD_WAREHOUSE_FOREIGN: {
    summary: 'The warehouse was filled from another archive than this one.',
    remedy:
      'Nothing was loaded. Choose another database, or the data folder that this one was filled from; where its control store was lost or is older than the warehouse, run shopwave archive rebuild.',
    retryable: false,
  },
  LOAD_TURN_MISSING: {
    summary: 'The rows by which loaders take turns are not there.',
    remedy: 'Restart the process: it makes them before its first load.',
    retryable: false,
  },
  LOAD_COUNT_MISMATCH: {
    summary: 'The warehouse wrote another number of rows than the file holds.',
    remedy: 'Nothing was kept. Load again; if it repeats, the file or the warehouse is damaged.',
    retryable: true,
  },
});
