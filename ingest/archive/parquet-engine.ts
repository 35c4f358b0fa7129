/**
 * How a column of a compacted file is kept: as text, or as a type whose text form is, for every row of the file, exactly
 * the one that was landed. `decimal(p,s)` has its precision in the name.
 */
export interface ParquetColumn {
  readonly name: string;
  readonly type: string;
}

/** `columns`: one per column of the source. `document`: each row's data as the JSON text that was landed. */
export type ParquetLayout = 'columns' | 'document';

export interface ParquetInput {
  /** Local file of gzipped raw lines. */
  readonly path: string;
  readonly key: string;
  readonly batchId: string;
}

export interface ParquetRequest {
  readonly inputs: readonly ParquetInput[];
  /** Local file to write. */
  readonly target: string;
  readonly layout: ParquetLayout;
  /** Types to try; a column that does not hold for every row becomes text. */
  readonly columns: readonly ParquetColumn[];
}

export interface ParquetFile {
  /** Local. */
  readonly path: string;
  readonly layout: ParquetLayout;
  readonly columns: readonly ParquetColumn[];
}

/** The fixed columns of a row as they are read, each in the text form in which it was landed. */
export const fixedColumns = [
  '_file',
  '_batch_id',
  '_op',
  '_position',
  '_ordinal',
  '_committed_at',
  '_schema_id',
  '_unchanged',
] as const;

/** Values of the fixed columns; then `_keys` (JSON list of the names in data) and the columns, or `_data` (JSON text). */
export type ParquetRow = readonly (string | null)[];

/** Writes and reads compacted files. An engine that knows Parquet implements it; its own process, no account. */
export interface ParquetEngine {
  /** Resolves to the columns as they were written. */
  readonly write: (request: ParquetRequest) => Promise<readonly ParquetColumn[]>;
  /** Rows in chunks, in no order; only those of one landed file where its key is given. */
  readonly read: (file: ParquetFile, key?: string) => AsyncIterable<readonly ParquetRow[]>;
}
