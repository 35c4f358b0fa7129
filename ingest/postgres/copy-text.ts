import { captureErrors } from './errors.ts';
import { oversizeBytes } from './oversize.ts';
import type { OversizeShelf, OversizeWriter } from './oversize.ts';
import type { TupleValue } from './pgoutput.ts';

const lineFeed = 0x0a;
const tabulator = 0x09;
const backslash = 0x5c;
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** A piece of a row that is too long to be held in one piece. */
export interface RowPiece {
  readonly piece: Buffer;
  readonly isLast: boolean;
}

/** Cuts PostgreSQL's text COPY format into lines, from chunks cut anywhere. Lines that are too long come in pieces. */
export class CopyTextLines {
  private rest: Buffer[] = [];
  private restBytes = 0;
  private isLong = false;
  private readonly limit: number;

  constructor(limit = oversizeBytes) {
    this.limit = limit;
  }

  /** Takes the next bytes; returns the lines that became complete. A raw line feed is always the end of a row. */
  push(chunk: Buffer): Array<string | RowPiece> {
    if (this.isLong) return this.pushLong(chunk);
    const end = chunk.lastIndexOf(lineFeed);
    if (end < 0) {
      this.keep(chunk);
      return this.restBytes > this.limit ? this.beginLong() : [];
    }
    const head = chunk.subarray(0, end);
    const text =
      this.rest.length === 0 ? head.toString('utf8') : Buffer.concat([...this.rest, head]).toString('utf8');
    this.rest = [];
    this.restBytes = 0;
    if (end + 1 < chunk.length) this.keep(chunk.subarray(end + 1));
    return text.split('\n');
  }

  /** Call at the end of the input. */
  end(): void {
    if (this.rest.length > 0 || this.isLong) {
      throw captureErrors.error('CAPTURE_STREAM_BROKEN', { message: 'a table copy ended inside a row' });
    }
  }

  private keep(bytes: Buffer): void {
    this.rest.push(bytes);
    this.restBytes += bytes.length;
  }

  private beginLong(): RowPiece[] {
    const pieces = this.rest.map((piece) => ({ piece, isLast: false }));
    this.rest = [];
    this.restBytes = 0;
    this.isLong = true;
    return pieces;
  }

  private pushLong(chunk: Buffer): Array<string | RowPiece> {
    const end = chunk.indexOf(lineFeed);
    if (end < 0) return [{ piece: chunk, isLast: false }];
    this.isLong = false;
    const last: RowPiece = { piece: chunk.subarray(0, end), isLast: true };
    return end + 1 === chunk.length ? [last] : [last, ...this.push(chunk.subarray(end + 1))];
  }
}

/** The values of one line. */
export function copyFields(line: string): Array<string | null> {
  return line.split('\t').map((field) => (field.includes('\\') ? unescape(field) : field));
}

/** Reads one row that comes in pieces; a value above the limit goes on to the shelf as it comes. */
export class LongRow {
  private readonly shelf: OversizeShelf;
  private readonly isKept: (column: number) => boolean;
  private readonly limit: number;
  private readonly values: Array<Promise<TupleValue>> = [];
  private field: Buffer[] = [];
  private fieldBytes = 0;
  private writer: OversizeWriter | undefined;
  private hasOpenEscape = false;

  constructor(shelf: OversizeShelf, isKept: (column: number) => boolean, limit = oversizeBytes) {
    this.shelf = shelf;
    this.isKept = isKept;
    this.limit = limit;
  }

  push(piece: Buffer): void {
    let from = 0;
    for (let at = piece.indexOf(tabulator); at >= 0; at = piece.indexOf(tabulator, from)) {
      this.add(piece.subarray(from, at));
      this.endField();
      from = at + 1;
    }
    this.add(piece.subarray(from));
  }

  /** Call after the last piece. */
  async finish(): Promise<TupleValue[]> {
    this.endField();
    return await Promise.all(this.values);
  }

  private add(bytes: Buffer): void {
    if (this.writer !== undefined) return this.pass(bytes);
    this.field.push(bytes);
    this.fieldBytes += bytes.length;
    if (this.fieldBytes <= this.limit) return;
    this.writer = this.shelf.begin(this.isKept(this.values.length));
    for (const each of this.field) this.pass(each);
    this.field = [];
  }

  private pass(bytes: Buffer): void {
    const plain = unescapeBytes(bytes, this.hasOpenEscape);
    this.hasOpenEscape = plain.isOpen;
    this.writer?.write(plain.bytes);
  }

  private endField(): void {
    const { writer } = this;
    if (writer !== undefined) {
      const value = writer.finish();
      // Awaited by finish.
      value.catch(() => {});
      this.values.push(value);
    } else {
      const text = Buffer.concat(this.field).toString('utf8');
      this.values.push(Promise.resolve(text.includes('\\') ? unescape(text) : text));
    }
    this.field = [];
    this.fieldBytes = 0;
    this.writer = undefined;
    this.hasOpenEscape = false;
  }
}

/** A piece without its escapes; an escape may be cut between two pieces. Never the memory that was given. */
function unescapeBytes(
  bytes: Buffer,
  wasOpen: boolean,
): { readonly bytes: Buffer; readonly isOpen: boolean } {
  const plain = Buffer.allocUnsafe(bytes.length);
  let isOpen = wasOpen;
  let length = 0;
  let from = 0;
  while (from < bytes.length) {
    if (isOpen) {
      const letter = String.fromCharCode(bytes[from] ?? 0);
      plain[length] = (escapes[letter] ?? letter).charCodeAt(0);
      length += 1;
      from += 1;
      isOpen = false;
      continue;
    }
    const found = bytes.indexOf(backslash, from);
    const end = found < 0 ? bytes.length : found;
    length += bytes.copy(plain, length, from, end);
    from = end + 1;
    isOpen = found >= 0;
  }
  return { bytes: plain.subarray(0, length), isOpen };
}

function unescape(field: string): string | null {
  if (field === '\\N') return null;
  return field.replaceAll(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}
