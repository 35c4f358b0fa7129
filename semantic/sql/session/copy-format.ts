import { copyData, message } from '../wire/backend-messages.ts';
import type { CopyOut } from './command.ts';
import { splitRows, valuesOf } from './local-rows.ts';

/** How COPY writes text and CSV. */
export interface CopyText {
  readonly kind: 'text' | 'csv';
  readonly delimiter: string;
  readonly nullText: string;
  readonly hasHeader: boolean;
  readonly quote: string;
  readonly escape: string;
  /** Columns that are always quoted, by position. */
  readonly isForced: (column: number) => boolean;
}

const noBytes = Buffer.alloc(0);

/** Signature, flags, length of an extension that there is not. */
const binaryHead = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const binaryTail = Buffer.from([0xff, 0xff]);

/** PostgreSQL's binary format: a tuple is the body of a DataRow, so only the letter of each message changes. */
export function binaryCopy(columns: number): CopyOut {
  return {
    format: 'binary',
    columns,
    head: noBytes,
    lead: binaryHead,
    tail: copyData(binaryTail),
    encode: (rows) => {
      const copied = Buffer.from(rows);
      for (const row of splitRows(copied)) row[0] = copyLetter;
      return copied;
    },
  };
}

/** Messages of which the first has so many bytes more at its beginning. */
export function ledBy(lead: Buffer, messages: Buffer): Buffer {
  if (lead.length === 0) return messages;
  const length = messages.readInt32BE(1);
  const first = message('d', Buffer.concat([lead, messages.subarray(5, 1 + length)]));
  return Buffer.concat([first, messages.subarray(1 + length)]);
}

const copyLetter = 'd'.charCodeAt(0);

export function textCopy(names: readonly string[], options: CopyText): CopyOut {
  const isSingle = names.length === 1;
  const quoted = (value: string, column: number): string =>
    options.kind === 'csv' ? csvValue(value, options, isSingle, column) : textValue(value, options);
  const line = (values: readonly (string | null)[]): string =>
    `${values
      .map((value, column) => (value === null ? options.nullText : quoted(value, column)))
      .join(options.delimiter)}\n`;
  const header = { ...options, isForced: () => false };
  const head = names.map((name) =>
    options.kind === 'csv' ? csvValue(name, header, isSingle, 0) : textValue(name, options),
  );
  return {
    format: 'text',
    columns: names.length,
    head: options.hasHeader ? copyData(Buffer.from(`${head.join(options.delimiter)}\n`)) : noBytes,
    lead: noBytes,
    tail: noBytes,
    // One message a row, as PostgreSQL sends them and as clients rely on.
    encode: (rows) =>
      Buffer.concat(
        splitRows(rows).map((row) =>
          message('d', Buffer.from(line(valuesOf(row).map((value) => value && value.toString('utf8'))))),
        ),
      ),
  };
}

const escapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

function textValue(value: string, { delimiter }: CopyText): string {
  let told = '';
  for (const each of value) told += escapes[each] ?? (each === delimiter ? `\\${each}` : each);
  return told;
}

function csvValue(value: string, options: CopyText, isSingle: boolean, column: number): string {
  const { delimiter, nullText, quote, escape, isForced } = options;
  const isSpecial =
    value === nullText ||
    // Alone in a line it would end the data.
    (isSingle && value === '\\.') ||
    [delimiter, quote, '\n', '\r'].some((each) => value.includes(each));
  if (!isSpecial && !isForced(column)) return value;
  let told = quote;
  for (const each of value) told += each === quote || each === escape ? `${escape}${each}` : each;
  return told + quote;
}
