import type { Caller } from '../server/access/caller.ts';
import type { ParsedStatement } from './parse.ts';

/** How a value is sent over the wire. */
export type Format = 'text' | 'binary';

/** A column of an answer, as RowDescription tells it. */
export interface Field {
  readonly name: string;
  /** OID of the relation and number of its column, where the column is one of a relation; else 0. */
  readonly tableOid: number;
  readonly columnNumber: number;
  readonly typeOid: number;
  /** Bytes of the type; negative where they vary. */
  readonly typeSize: number;
  readonly typeModifier: number;
}

/** What a statement is run with. Formats: none means all in text, one counts for all, else one each. */
export interface Binding {
  readonly parameters: readonly (Buffer | null)[];
  readonly parameterFormats: readonly Format[];
  readonly resultFormats: readonly Format[];
  /** Nobody waits for the answer any more: it was cancelled, timed out, or the client is gone. */
  readonly signal: AbortSignal;
}

/** So many rows of an answer. */
export interface Taken {
  /** Whole DataRow messages, one after another, to be sent as they are. */
  readonly bytes: Buffer;
  readonly rows: number;
  /** There are no more. */
  readonly isEnd: boolean;
}

/** An answer that is read from the beginning to the end. */
export interface Rows {
  /** The next rows, at most so many; without a number so many as make a good batch to send. */
  readonly take: (most?: number) => Promise<Taken>;
  /** What is told beside the rows: freshness, and where they came from. */
  readonly notice: string | undefined;
  readonly close: () => void;
}

/** A statement that was understood for whoever asks; with its rights and settings at that moment. */
export interface Prepared {
  /** OIDs. */
  readonly parameterTypes: readonly number[];
  /** Undefined where it gives no rows. */
  readonly fields: readonly Field[] | undefined;
  /** Asks. Throws SqlError, or a ShopwaveError of the semantic layer. */
  readonly open: (binding: Binding) => Promise<Rows>;
  /** How it would be answered, a line each. */
  readonly explain: (binding: Binding) => Promise<readonly string[]>;
}

/** For whom, and under which settings, statements are understood. */
export interface SqlVisit {
  readonly caller: Caller;
  /** Whoever may act for others, as one of them. Throws SqlError 42501. */
  readonly actFor: (name: string) => Promise<Caller>;
  /** What statements are for, in the words of whoever asks: `application_name`. */
  readonly tag: string | undefined;
  readonly database: string;
  /** Number that pg_backend_pid() tells. */
  readonly processId: number;
  /** Settings that were changed, by lower-case name: values as SHOW tells them. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Understands and answers statements that give rows: over views, of the catalogue, or of nothing but values. */
export interface SqlEngine {
  /** The one database that there is. */
  readonly database: string;
  /** `types` are those OIDs that the client has told of parameters; 0 where it leaves that open. Throws SqlError. */
  readonly prepare: (
    statement: ParsedStatement,
    types: readonly number[],
    visit: SqlVisit,
  ) => Promise<Prepared>;
  /** A setting's value as PostgreSQL would show it after SET. Throws SqlError as SET does. */
  readonly setting: (name: string, value: string) => Promise<string>;
  /** Value of a setting that was not changed. Throws SqlError as SHOW does. */
  readonly defaultSetting: (name: string) => Promise<string>;
  readonly close: () => Promise<void>;
}
