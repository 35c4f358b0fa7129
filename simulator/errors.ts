import { errorCatalog } from '../lib/errors.ts';

/** What can go wrong when a shop is simulated or a data set is replayed into it. */
export const simulatorErrors = errorCatalog({
  SHOP_SCHEMA_MISMATCH: {
    summary: 'The shop database holds some tables with the names of the shop, but not all of them.',
    remedy: 'Point the simulator at an empty database, or at one whose shop it created itself.',
    retryable: false,
  },
  SHOP_NOT_EMPTY: {
    summary: 'The shop holds rows under the keys that the simulator uses, and they are not its own.',
    remedy: 'Use an empty database for the simulated shop, or run without the simulator.',
    retryable: false,
  },
  SHOP_NOT_LOGICAL: {
    summary: 'The server cannot decode its log, which the truth ledger needs to order commits.',
    remedy:
      'Set wal_level = logical (and max_replication_slots > 0) in postgresql.conf and restart the server.',
    retryable: false,
  },
  TRUTH_NOT_PREPARED: {
    summary: 'The truth was asked for before the simulated shop was set up.',
    remedy: 'Call prepare() first, or start the platform with the simulator on.',
    retryable: false,
  },
  TRUTH_SLOT_LOST: {
    summary: 'The replication slot that orders truth by commit is gone, so later truth cannot be placed.',
    remedy: 'Start over with a fresh shop database; never drop the slot of a shop that is still simulated.',
    retryable: false,
  },
  TRUTH_POSITION_INVALID: {
    summary: 'A log position is not 16 hexadecimal digits.',
    remedy: 'Pass a position as publications state it, for example 000000000192F3A8.',
    retryable: false,
  },
  TRUTH_NOT_VISIBLE: {
    summary: 'A transaction is in the log, but the server does not show it to readers yet.',
    remedy: 'Wait for the commit to finish (a synchronous standby may be slow) and ask again.',
    retryable: true,
  },
  REPLAY_FILE_UNREADABLE: {
    summary: 'The data set file cannot be read.',
    remedy: 'Check the path and the rights; the file is a CSV, or a CSV compressed with gzip (.gz).',
    retryable: false,
  },
  REPLAY_COLUMNS_MISSING: {
    summary: 'The header line lacks columns that the data set has.',
    remedy:
      'The first line must name InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID and Country, separated by commas.',
    retryable: false,
  },
  REPLAY_ROW_INVALID: {
    summary: 'A line of the data set cannot be read as an invoice line.',
    remedy:
      'Correct the line and run again: everything before its slice is written and is not written twice.',
    retryable: false,
  },
  REPLAY_FILE_DIFFERS: {
    summary: 'The shop already holds the replay of a file that begins otherwise.',
    remedy: 'Replay the same file as before, or use a fresh shop database.',
    retryable: false,
  },
  REPLAY_CONCURRENT: {
    summary: 'Two replays of one data set ran into the same shop at the same time.',
    remedy: 'Let one of them finish; what it has written is not written again.',
    retryable: false,
  },
});
