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
    summary: 'The disk that holds the warehouse, or what it spills, is full.',
    remedy:
      'Free space. The step is tried again by itself, and what it may have written is not written twice.',
    retryable: true,
  },
  WAREHOUSE_OUT_OF_MEMORY: {
    summary: 'A statement needed more memory than the warehouse may use, and could not spill it to disk.',
    remedy:
      'Nothing was written; it is tried again by itself. If that fails too, build fewer models at once (`--threads 1`), or give it more: `warehouse: { duckdb: { memory_limit: 2GB } }` in shopwave.yml, or SHOPWAVE_DUCKDB_MEMORY_LIMIT, then start again.',
    retryable: true,
  },
  WAREHOUSE_UNAVAILABLE: {
    summary: 'The warehouse could not be reached, or stopped answering before the statement ended.',
    remedy:
      'It is tried again by itself, on a new connection. If it stays away, look at the network and at the log of the warehouse.',
    retryable: true,
  },
  WAREHOUSE_STATEMENT_FAILED: {
    summary: 'The warehouse refused a statement.',
    remedy: 'Read the message; for a model, `shopwave transform compile` shows the SQL that was sent.',
    retryable: false,
  },
  WAREHOUSE_CANCELLED: {
    summary: 'A statement was ended because it was no longer wanted.',
    remedy: 'Nothing was written. Whoever cancelled it knows why; run it again if that was a mistake.',
    retryable: false,
  },
  WAREHOUSE_TIMEOUT: {
    summary: 'A statement took longer than it may.',
    remedy:
      'Nothing was written, and it is tried again by itself. If it takes as long again, look at how much it reads, or give it more time.',
    retryable: true,
  },
  WAREHOUSE_NOT_READ_ONLY: {
    summary: 'An ad-hoc query was not one single read.',
    remedy: 'Send one SELECT (or EXPLAIN, DESCRIBE, SHOW). Changes belong into models.',
    retryable: false,
  },
});
