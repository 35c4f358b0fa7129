/**
 * One line of a landed NDJSON.gz file: one change of one row, one row of a snapshot, one object of an API.
 * Values of tables are PostgreSQL's text output or null; nothing is converted before the archive, so nothing can be
 * lost in it. Objects keep the JSON they came in, less what is not on the allow-list.
 */
export interface RawLine {
  /**
   * r: read by a snapshot, c: insert, u: update (or an object as it was found), d: delete (key only), t: truncate (no
   * data), s: a complete snapshot of the table as of `pos` follows, so that older keys which it does not name are gone
   * (no data).
   */
  readonly op: 'r' | 'c' | 'u' | 'd' | 't' | 's';
  /**
   * Commit LSN as 16 upper-case hex digits, so that text order is log order. Objects: microseconds since 1970 of the
   * version, or of the request where the API states no version.
   */
  readonly pos: string;
  /**
   * Place in the transaction, from 1; 0 for a snapshot row. (pos, ord) is total over the stream. Objects: microseconds
   * since 1970 of the request, plus the place in its page.
   */
  readonly ord: number;
  /** Commit time at the source, ISO 8601 UTC with microseconds. */
  readonly at: string;
  /** Identifies the shape (table, columns, types) the row was decoded with. */
  readonly schema: string;
  /** Columns whose value the log did not repeat (unchanged TOAST); absent from data, present here. */
  readonly unchanged?: readonly string[];
  readonly data: Readonly<Record<string, string | null>>;
}
