import { errorCatalog } from '../../lib/errors.ts';

const captureAnew =
  'Changes were lost that only a new snapshot can bring back; published data stays as it is until then. ' +
  'Run `shopwave sources postgres resync`: it makes what is missing and reads the tables anew, beside the running shop.';

/** What can go wrong between the shop's PostgreSQL and a landed batch. */
export const captureErrors = errorCatalog({
  CAPTURE_NOT_READY: {
    summary: 'The source database is not ready to be captured; several things are missing.',
    remedy: 'Do what each line says, then start again.',
    retryable: false,
  },
  CAPTURE_SERVER_TOO_OLD: {
    summary: 'The source is older than PostgreSQL 15, which has no column lists.',
    remedy: 'Upgrade the source to PostgreSQL 15 or later.',
    retryable: false,
  },
  CAPTURE_STANDBY: {
    summary: 'The source is a read-only standby.',
    remedy: 'Point --source-url at the primary.',
    retryable: true,
  },
  CAPTURE_WAL_LEVEL: {
    summary: 'The source does not write a logical log.',
    remedy:
      'alter system set wal_level = logical; then restart PostgreSQL (RDS: rds.logical_replication = 1).',
    retryable: false,
  },
  CAPTURE_ENCODING: {
    summary: 'The source database has no encoding, so its text cannot be told from bytes.',
    remedy: 'Dump it and restore it into a database with encoding UTF8.',
    retryable: false,
  },
  CAPTURE_RIGHTS: {
    summary: 'The user that reads the source lacks a right.',
    remedy: 'Run the GRANT or ALTER ROLE statement that the message names as an administrator.',
    retryable: false,
  },
  CAPTURE_TABLE_MISSING: {
    summary: 'A table to capture does not exist, or is not an ordinary table.',
    remedy: 'Create it, or take it out of ingest/postgres/shop-tables.ts.',
    retryable: false,
  },
  CAPTURE_KEY_MISSING: {
    summary: 'A table to capture has no primary key, or another one than declared.',
    remedy: 'Add the primary key. Publishing a table without one makes its updates fail in the shop.',
    retryable: false,
  },
  CAPTURE_REPLICA_IDENTITY: {
    summary: 'A table has a replica identity that goes with no column list.',
    remedy: 'alter table ... replica identity default; updates of the table fail in the shop until then.',
    retryable: false,
  },
  CAPTURE_COLUMN_MISSING: {
    summary: 'A column to capture does not exist, or is generated.',
    remedy:
      'See `shopwave schema diff`; the allow-list is in ingest/postgres/shop-tables.ts. A column that is gone for good: `shopwave schema deny shop.TABLE.COLUMN`. One that was renamed: rename it back, or deny it and allow the new one.',
    retryable: false,
  },
  CAPTURE_PUBLICATION_DIFFERS: {
    summary: 'A publication of this name is there, but publishes something else than the allow-list.',
    remedy: 'Drop it at the source if nothing else uses it; it is made again with the right columns.',
    retryable: false,
  },
  CAPTURE_SLOT_FOREIGN: {
    summary: 'A replication slot of this name is there, but this control store did not make it.',
    remedy: 'If nothing uses it: select pg_drop_replication_slot(...), then start again.',
    retryable: false,
  },
  CAPTURE_CATALOG_MOVED: {
    summary: 'Tables of the source were created, truncated or altered each time its slot was being made.',
    remedy:
      'It is tried again by itself. If it lasts, begin while no migration or TRUNCATE runs at the source.',
    retryable: true,
  },
  CAPTURE_NOT_SET_UP: {
    summary: 'Changes were asked for before the slot was made.',
    remedy: 'Run `shopwave sources postgres setup` first.',
    retryable: false,
  },
  CAPTURE_TABLES_CHANGED: {
    summary: 'The tables or columns to capture are not those the snapshot was taken with.',
    remedy:
      'Run `shopwave sources postgres resync`: it publishes the new allow-list and reads what was added. ' +
      'Or put the allow-list back as it was.',
    retryable: false,
  },
  CAPTURE_OTHER_CLUSTER: {
    summary: 'The address leads to another PostgreSQL cluster than the one that was captured.',
    remedy:
      'Correct --source-url. If the shop was moved or restored on purpose, its log positions mean nothing here.',
    retryable: false,
  },
  CAPTURE_OTHER_TIMELINE: {
    summary: 'The source was promoted or restored to a point in time: its log has another history.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_SLOT_MISSING: {
    summary: 'The replication slot is gone; what was committed since is lost to capture.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_SLOT_LOST: {
    summary: 'The source removed log that the replication slot still needed.',
    remedy: `${captureAnew} Raise max_slot_wal_keep_size first.`,
    retryable: false,
  },
  CAPTURE_SLOT_UNUSABLE: {
    summary: 'The replication slot is of another kind than the one that was made.',
    remedy: `Somebody made the slot again. ${captureAnew}`,
    retryable: false,
  },
  CAPTURE_SLOT_AHEAD: {
    summary:
      'The replication slot was moved past what was landed; the changes in between are lost to capture.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_SLOT_BUSY: {
    summary: 'Another connection is reading the replication slot.',
    remedy: 'Wait, or end the other reader: one slot has one reader.',
    retryable: true,
  },
  CAPTURE_LOG_WENT_BACK: {
    summary: "The source's log ends before the position that was landed: it was restored from a backup.",
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_PUBLICATION_MISSING: {
    summary: 'The publication is gone. PostgreSQL then leaves changes out of the stream without an error.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_PUBLICATION_CHANGED: {
    summary: 'The publication was made again or altered; changes may be missing from the stream.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_UNEXPECTED_RELATION: {
    summary: 'The stream brought a table or column that is not on the allow-list.',
    remedy:
      'Take it out of the publication, or capture anew with the new allow-list. Nothing of it was landed.',
    retryable: false,
  },
  CAPTURE_MESSAGE_INVALID: {
    summary: 'A message of the change stream could not be understood.',
    remedy:
      'Nothing of the pull was landed. Report the message type and position; the slot keeps the changes.',
    retryable: false,
  },
  CAPTURE_STREAM_BROKEN: {
    summary: 'The change stream ended early or came out of order.',
    remedy: 'Nothing of the pull was landed; it is read again by itself.',
    retryable: true,
  },
  CAPTURE_ROW_TOO_LARGE: {
    summary: 'PostgreSQL cannot send a row of this size: its text would be larger than 1 GB.',
    remedy:
      'Leave the largest column of the table out of the allow-list and run `shopwave sources postgres resync`; ' +
      'or make the value smaller in the shop. The slot keeps the changes meanwhile.',
    retryable: false,
  },
  CAPTURE_PARTITIONS_CHANGED: {
    summary:
      'A partition was detached, dropped or attached. Its rows went or came with it, and the log does not say so.',
    remedy: 'Run `shopwave sources postgres resync`: it reads the table anew, beside the running shop.',
    retryable: false,
  },
  CAPTURE_CANARY_LOST: {
    summary: 'A row that was written to prove the stream did not come out of it: others may be missing too.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_GAP_OPEN: {
    summary:
      'The stream was found broken before; that it looks whole again does not bring back what was lost.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_STATE_LOST: {
    summary:
      'The control store was made again from the archive, which does not tell what the stream has sent since.',
    remedy: captureAnew,
    retryable: false,
  },
  CAPTURE_HEALING: {
    summary: 'Lost changes are being brought back by a snapshot that is not finished.',
    remedy: 'Nothing: each capture reads on with it, and lands the stream once it is finished.',
    retryable: true,
  },
  CAPTURE_SNAPSHOT_UNFINISHED: {
    summary: 'Reading of tables was ended before its end.',
    remedy: 'Run `shopwave sources postgres snapshot`: it goes on after the last chunk.',
    retryable: true,
  },
  CAPTURE_SUPERSEDED: {
    summary: 'What is captured was changed while this capture ran.',
    remedy: 'It is tried again by itself, with what is captured now. What it had landed stays.',
    retryable: true,
  },
  CAPTURE_SOURCE_REFUSED: {
    summary: 'The source refused the login or has no such database.',
    remedy: 'Check user, password and database name in --source-url, and pg_hba.conf.',
    retryable: false,
  },
  CAPTURE_SOURCE_UNTRUSTED: {
    summary: "The source's TLS certificate is not trusted, or it has none.",
    remedy:
      'Name the authority in the URL: sslmode=verify-full&sslrootcert=FILE (RDS: its global bundle); ' +
      'sslmode=disable only where the network is trusted.',
    retryable: false,
  },
  CAPTURE_SOURCE_UNREACHABLE: {
    summary: 'The source cannot be reached, or the connection was lost.',
    remedy: 'It is tried again by itself. Check host, port and network if it lasts.',
    retryable: true,
  },
  CAPTURE_SOURCE_FAILED: {
    summary: 'The source failed a statement of ours.',
    remedy: 'Read the message; it is tried again by itself.',
    retryable: true,
  },
});

export type CaptureErrorCode = keyof typeof captureErrors.kinds;
