// Writes pgoutput messages (protocol version 1) as PostgreSQL's manual describes them, so that the decoder is tested
// against the manual and not against itself.

export interface EncodedColumn {
  readonly name: string;
  readonly isKey?: boolean;
  readonly typeOid?: number;
}

export const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value));
  return bytes;
};

const letter = (text: string): Buffer => Buffer.from(text, 'latin1');
const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);

/** undefined: an unchanged out-of-line value. */
export type EncodedTuple = ReadonlyArray<string | null | undefined>;

export function encodeTuple(values: EncodedTuple): Buffer {
  const parts = values.map((value) => {
    if (value === null) return letter('n');
    if (value === undefined) return letter('u');
    const text = Buffer.from(value);
    return Buffer.concat([letter('t'), int32(text.length), text]);
  });
  return Buffer.concat([int16(values.length), ...parts]);
}

export const begin = (commitLsn: bigint, committedAt = 0n, xid = 7): Buffer =>
  Buffer.concat([letter('B'), int64(commitLsn), int64(committedAt), int32(xid)]);

export const commit = (commitLsn: bigint, endLsn: bigint, committedAt = 0n): Buffer =>
  Buffer.concat([letter('C'), Buffer.alloc(1), int64(commitLsn), int64(endLsn), int64(committedAt)]);

export const relation = (
  oid: number,
  table: string,
  columns: readonly EncodedColumn[],
  schema = 'public',
  identity = 'd',
): Buffer =>
  Buffer.concat([
    letter('R'),
    int32(oid),
    cstring(schema),
    cstring(table),
    letter(identity),
    int16(columns.length),
    ...columns.map((column) =>
      Buffer.concat([
        Buffer.from([column.isKey === true ? 1 : 0]),
        cstring(column.name),
        int32(column.typeOid ?? 25),
        int32(-1),
      ]),
    ),
  ]);

export const insert = (oid: number, row: EncodedTuple): Buffer =>
  Buffer.concat([letter('I'), int32(oid), letter('N'), encodeTuple(row)]);

export const update = (
  oid: number,
  row: EncodedTuple,
  old?: { mark: 'K' | 'O'; values: EncodedTuple },
): Buffer =>
  Buffer.concat([
    letter('U'),
    int32(oid),
    ...(old === undefined ? [] : [letter(old.mark), encodeTuple(old.values)]),
    letter('N'),
    encodeTuple(row),
  ]);

export const deletion = (oid: number, mark: 'K' | 'O', old: EncodedTuple): Buffer =>
  Buffer.concat([letter('D'), int32(oid), letter(mark), encodeTuple(old)]);

export const truncate = (oids: readonly number[]): Buffer =>
  Buffer.concat([letter('T'), int32(oids.length), Buffer.from([0]), ...oids.map(int32)]);

export const origin = (name: string): Buffer => Buffer.concat([letter('O'), int64(1n), cstring(name)]);

export const typeMessage = (oid: number, schema: string, name: string): Buffer =>
  Buffer.concat([letter('Y'), int32(oid), cstring(schema), cstring(name)]);
