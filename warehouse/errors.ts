import { errorCatalog } from '../lib/errors.ts';

export const warehouseErrors = errorCatalog({
  WAREHOUSE_LOCKED: {
    summary: 'Another process has the DuckDB file open.',
    remedy:
      'Stop the other process, or talk to it: only one process can open a DuckDB file, even to read it.',
    retryable: false,
  },
  WAREHOUSE_OPEN_FAILED: {
    summary: 'The warehouse could not be opened.',
    remedy: 'Check that the folder is writable and has free space; `shopwave doctor` looks at both.',
    retryable: false,
  },
  WAREHOUSE_CONFLICT: {
    summary: 'Two transactions changed the same rows and this one lost.',
    remedy: 'Nothing was written; the step is tried again by itself.',
    retryable: true,
  },
  WAREHOUSE_DISK_FULL: {
    summary: 'The disk that holds the warehouse is full.',
    remedy: 'Free space and run again; nothing was written by the failed step.',
    retryable: true,
  },
  WAREHOUSE_STATEMENT_FAILED: {
    summary: 'The warehouse refused a statement.',
    remedy: 'Read the message; for a model, `shopwave transform compile` shows the SQL that was sent.',
    retryable: false,
  },
  WAREHOUSE_NOT_READ_ONLY: {
    summary: 'An ad-hoc query was not one single read.',
    remedy: 'Send one SELECT (or EXPLAIN, DESCRIBE, SHOW). Changes belong into models.',
    retryable: false,
  },
});
