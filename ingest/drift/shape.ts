/** A column of a table, as the source's catalogue states it. */
export interface ColumnShape {
  readonly name: string;
  /** In the source's words: `numeric(12,2)`, `character varying(40)`. */
  readonly type: string;
  /** What stays the same when a column is renamed (attnum). */
  readonly id: number;
  readonly isKey: boolean;
}

/** A table, as the source's catalogue states it. */
export interface TableShape {
  readonly table: string;
  /** What stays the same when a table is renamed (oid). */
  readonly id: number;
  readonly columns: readonly ColumnShape[];
}

/** What is taken over from a table. */
export interface Declared {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
}
