/**
 * One line of a landed NDJSON.gz file: one change of one row, or one row of a snapshot.
 * Values are PostgreSQL's text output or null; nothing is converted before the archive, so nothing can be lost in it.
 */
export interface RawLine {
  /** r: read by a snapshot, c: insert, u: update, d: delete (key columns only), t: truncate (no data). */
  readonly op: 'r' | 'c' | 'u' | 'd' | 't';
  /** Commit LSN as 16 upper-case hex digits, so that text order is log order. */
  readonly pos: string;
  /** Place in the transaction, from 1; 0 for a snapshot row. (pos, ord) is total over the stream. */
  readonly ord: number;
  /** Commit time at the source, ISO 8601 UTC with microseconds. */
  readonly at: string;
  /** Identifies the shape (table, columns, types) the row was decoded with. */
  readonly schema: string;
  /** Columns whose value the log did not repeat (unchanged TOAST); absent from data, present here. */
  readonly unchanged?: readonly string[];
  readonly data: Readonly<Record<string, string | null>>;
}

/** Columns of every raw table, in order. Raw is schema-light: drift never breaks a load. */
export const rawColumns = [
  { name: 'data', type: 'json' },
  { name: '_op', type: 'text' },
  { name: '_position', type: 'text' },
  { name: '_ordinal', type: 'bigint' },
  { name: '_committed_at', type: 'timestamp' },
  { name: '_schema_id', type: 'text' },
  { name: '_unchanged', type: 'text' },
  { name: '_batch_id', type: 'text' },
  { name: '_file', type: 'text' },
  { name: '_loaded_at', type: 'timestamp' },
] as const;
