import { invalidMessage, MessageReader } from './message-reader.ts';
import type { OversizeValue } from './oversize.ts';

/**
 * A value in PostgreSQL's text output; null is SQL null, undefined is an unchanged out-of-line (TOAST) value, an object
 * one that is too large to be a text.
 */
export type TupleValue = string | null | undefined | OversizeValue;
export type Tuple = readonly TupleValue[];

export interface RelationColumn {
  readonly name: string;
  /** Part of the replica identity. */
  readonly isKey: boolean;
  readonly typeOid: number;
  readonly typeModifier: number;
}

/** Shape of a table, sent before its first change in a stream and again when it changed. */
export interface RelationMessage {
  readonly kind: 'relation';
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** pg_class.relreplident: d default, i index, f full, n nothing. */
  readonly replicaIdentity: string;
  readonly columns: readonly RelationColumn[];
}

export interface BeginMessage {
  readonly kind: 'begin';
  /** Where the transaction's commit record starts. */
  readonly commitLsn: bigint;
  /** Microseconds since 2000-01-01 UTC. */
  readonly committedAt: bigint;
  readonly xid: number;
}

export interface CommitMessage {
  readonly kind: 'commit';
  readonly commitLsn: bigint;
  /** First byte after the commit record: what may be acknowledged, and no more. */
  readonly endLsn: bigint;
  readonly committedAt: bigint;
}

export interface InsertMessage {
  readonly kind: 'insert';
  readonly relation: number;
  readonly row: Tuple;
}

/** What was sent of the row before: its key columns (others null), or all of it under replica identity full. */
export interface OldRow {
  readonly of: 'key' | 'row';
  readonly values: Tuple;
}

export interface UpdateMessage {
  readonly kind: 'update';
  readonly relation: number;
  /** There when a key column changed, or under replica identity full. */
  readonly old: OldRow | undefined;
  readonly row: Tuple;
}

export interface DeleteMessage {
  readonly kind: 'delete';
  readonly relation: number;
  readonly old: OldRow;
}

export interface TruncateMessage {
  readonly kind: 'truncate';
  readonly relations: readonly number[];
}

/** Origin and Type say nothing that a row needs; they are understood and passed over. */
export interface NoteMessage {
  readonly kind: 'note';
}

/** What protocol version 1 of pgoutput sends without its optional parts. */
export type PgoutputMessage =
  | RelationMessage
  | BeginMessage
  | CommitMessage
  | InsertMessage
  | UpdateMessage
  | DeleteMessage
  | TruncateMessage
  | NoteMessage;

const readers: Readonly<Record<string, (from: MessageReader) => PgoutputMessage>> = {
  B: (from) => ({ kind: 'begin', commitLsn: from.lsn(), committedAt: from.int64(), xid: from.uint32() }),
  C: readCommit,
  R: readRelation,
  I: readInsert,
  U: readUpdate,
  D: readDelete,
  T: readTruncate,
  O: (from) => {
    from.lsn();
    from.cstring();
    return { kind: 'note' };
  },
  Y: (from) => {
    from.uint32();
    from.cstring();
    from.cstring();
    return { kind: 'note' };
  },
};

/** Decodes one message. Types that were not asked for (streamed or prepared transactions, messages) are errors. */
export function decodePgoutput(bytes: Buffer): PgoutputMessage {
  const from = new MessageReader(bytes);
  const type = from.letter();
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (read === undefined) {
    throw invalidMessage(`unknown type 0x${type.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }
  const message = read(from);
  from.end();
  return message;
}

function readCommit(from: MessageReader): CommitMessage {
  from.byte();
  return { kind: 'commit', commitLsn: from.lsn(), endLsn: from.lsn(), committedAt: from.int64() };
}

function readRelation(from: MessageReader): RelationMessage {
  const oid = from.uint32();
  // An empty namespace stands for pg_catalog.
  const schema = from.cstring() || 'pg_catalog';
  const table = from.cstring();
  const replicaIdentity = from.letter();
  const count = from.int16();
  const columns: RelationColumn[] = [];
  for (let index = 0; index < count; index += 1) {
    const isKey = (from.byte() & 1) === 1;
    columns.push({ isKey, name: from.cstring(), typeOid: from.uint32(), typeModifier: from.int32() });
  }
  return { kind: 'relation', oid, schema, table, replicaIdentity, columns };
}

function readInsert(from: MessageReader): InsertMessage {
  const relation = from.uint32();
  expectLetter(from, 'N');
  return { kind: 'insert', relation, row: readTuple(from) };
}

function readUpdate(from: MessageReader): UpdateMessage {
  const relation = from.uint32();
  const mark = from.letter();
  if (mark === 'N') return { kind: 'update', relation, old: undefined, row: readTuple(from) };
  const old = readOldRow(from, mark);
  expectLetter(from, 'N');
  return { kind: 'update', relation, old, row: readTuple(from) };
}

function readDelete(from: MessageReader): DeleteMessage {
  const relation = from.uint32();
  return { kind: 'delete', relation, old: readOldRow(from, from.letter()) };
}

function readTruncate(from: MessageReader): TruncateMessage {
  const count = from.int32();
  from.byte();
  const relations: number[] = [];
  for (let index = 0; index < count; index += 1) relations.push(from.uint32());
  return { kind: 'truncate', relations };
}

function readOldRow(from: MessageReader, mark: string): OldRow {
  if (mark !== 'K' && mark !== 'O') throw invalidMessage('an old row of unknown kind');
  return { of: mark === 'K' ? 'key' : 'row', values: readTuple(from) };
}

function expectLetter(from: MessageReader, letter: string): void {
  if (from.letter() !== letter) throw invalidMessage(`no ${letter} where its row begins`);
}

function readTuple(from: MessageReader): Tuple {
  const count = from.int16();
  const values: TupleValue[] = [];
  for (let index = 0; index < count; index += 1) values.push(readValue(from));
  return values;
}

const textMark = 0x74;
const nullMark = 0x6e;
const unchangedMark = 0x75;

function readValue(from: MessageReader): TupleValue {
  const mark = from.byte();
  if (mark === textMark) return from.text();
  if (mark === nullMark) return null;
  if (mark === unchangedMark) return undefined;
  throw invalidMessage('a value of unknown kind');
}
