import type { Field, Rows, Taken } from '../engine.ts';
import { dataRow } from '../wire/backend-messages.ts';

const textOid = 25;
/** So many small rows are sent at once. */
const batchRows = 500;

/** A column of text that belongs to no relation; in text and binary its values are the same bytes. */
export function textField(name: string, typeOid: number = textOid): Field {
  return { name, tableOid: 0, columnNumber: 0, typeOid, typeSize: -1, typeModifier: -1 };
}

/** Rows that are at hand. */
export function localRows(values: ReadonlyArray<readonly (string | null)[]>): Rows {
  return messageRows(
    values.map((row) => dataRow(row.map((value) => (value === null ? null : Buffer.from(value))))),
  );
}

/** Rows as DataRow messages, one each. */
export function messageRows(messages: readonly Buffer[]): Rows {
  let at = 0;
  return {
    notice: undefined,
    close: () => {},
    take: async (most = batchRows): Promise<Taken> => {
      const taken = messages.slice(at, at + most);
      at += taken.length;
      return { bytes: Buffer.concat(taken), rows: taken.length, isEnd: at >= messages.length };
    },
  };
}

/** DataRow messages that came as one, apart. Parts of it, not copies. */
export function splitRows(bytes: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    all.push(bytes.subarray(at, end));
    at = end;
  }
  return all;
}

/** The values of one DataRow message. */
export function valuesOf(row: Buffer): (Buffer | null)[] {
  const values: (Buffer | null)[] = [];
  let at = 7;
  for (let left = row.readUInt16BE(5); left > 0; left--) {
    const length = row.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : row.subarray(at, at + length));
    at += Math.max(0, length);
  }
  return values;
}
