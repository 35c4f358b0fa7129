import { captureErrors } from './errors.ts';
import { oversizeBytes } from './oversize.ts';

/** Values of one row as bytes, null for SQL null. */
export type CopyRow = ReadonlyArray<Buffer | null>;

/** A piece of the only value of a row, which is too long to be held in one piece. */
export interface ValuePiece {
  readonly piece: Buffer;
  readonly isLast: boolean;
}

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headerBytes = signature.length + 8;

/** PostgreSQL has no larger value. */
const maximumValueBytes = 1_073_741_823;

/**
 * Reads PostgreSQL's binary COPY format from chunks cut anywhere. Bytes of a value stay bytes: no text is decoded, so
 * no limit on the length of a string is met here. A value above the limit comes in pieces, if its row has no other.
 */
export class BinaryCopyParser {
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** Nothing can be read before this many bytes are there; keeps a large value from being copied per chunk. */
  private needed = headerBytes;
  private state: 'header' | 'rows' | 'ended' = 'header';
  /** Bytes that are still to come of a value that comes in pieces. */
  private left = 0;
  private readonly limit: number;

  constructor(limit = oversizeBytes) {
    this.limit = limit;
  }

  /** Takes the next bytes; returns the rows that became complete, and pieces of a long one. */
  push(chunk: Buffer): Array<CopyRow | ValuePiece> {
    if (this.left > 0) {
      const piece = this.takePiece(chunk);
      return piece.piece.length === chunk.length
        ? [piece]
        : [piece, ...this.push(chunk.subarray(piece.piece.length))];
    }
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return [];
    const input = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const rows: Array<CopyRow | ValuePiece> = [];
    const offset = this.read(input, rows);
    const rest = input.subarray(offset);
    this.chunks = rest.length === 0 || this.left > 0 ? [] : [rest];
    this.buffered = this.chunks.length === 0 ? 0 : rest.length;
    if (this.left > 0 && rest.length > 0) rows.push(...this.push(rest));
    return rows;
  }

  /** Call at the end of the input: a stream without its trailer was cut off. */
  end(): void {
    if (this.state !== 'ended') {
      throw captureErrors.error('CAPTURE_STREAM_BROKEN', {
        message: 'the COPY stream ended before its trailer',
      });
    }
  }

  private takePiece(chunk: Buffer): ValuePiece {
    const piece = chunk.subarray(0, Math.min(this.left, chunk.length));
    this.left -= piece.length;
    return { piece, isLast: this.left === 0 };
  }

  private read(input: Buffer, rows: Array<CopyRow | ValuePiece>): number {
    let offset = this.state === 'header' ? this.readHeader(input) : 0;
    while (this.state === 'rows' && offset + 2 <= input.length) {
      const fields = input.readInt16BE(offset);
      if (fields === -1) {
        this.state = 'ended';
        offset += 2;
        break;
      }
      if (fields < 0) throw invalid(`a row of ${fields} fields`);
      const end = this.readRow(input, offset + 2, fields, rows);
      if (end === undefined) return offset;
      offset = end;
      if (this.left > 0) break;
    }
    if (this.state === 'ended' && offset < input.length) throw invalid('bytes after the trailer');
    if (this.state === 'rows') this.needed = 2;
    return offset;
  }

  private readHeader(input: Buffer): number {
    if (!input.subarray(0, signature.length).equals(signature)) throw invalid('another signature');
    const extension = input.readInt32BE(signature.length + 4);
    if (extension < 0 || extension > this.limit) throw invalid(`a header of ${extension} bytes`);
    this.needed = headerBytes + extension;
    if (input.length < this.needed) return 0;
    this.state = 'rows';
    return this.needed;
  }

  /** The offset after the row, or after the length of a value in pieces; undefined when it is not yet all there. */
  private readRow(
    input: Buffer,
    start: number,
    fields: number,
    rows: Array<CopyRow | ValuePiece>,
  ): number | undefined {
    const row: Array<Buffer | null> = [];
    let offset = start;
    for (let field = 0; field < fields; field += 1) {
      if (offset + 4 > input.length) return this.wait(offset + 4 - start);
      const length = input.readInt32BE(offset);
      offset += 4;
      if (length === -1) row.push(null);
      else {
        checkLength(length, fields, this.limit);
        if (length > this.limit) {
          this.left = length;
          return offset;
        }
        if (offset + length > input.length) return this.wait(offset + length - start);
        row.push(input.subarray(offset, offset + length));
        offset += length;
      }
    }
    rows.push(row);
    return offset;
  }

  private wait(rowBytes: number): undefined {
    this.needed = rowBytes + 2;
  }
}

function checkLength(length: number, fields: number, limit: number): void {
  if (length < 0 || length > maximumValueBytes) throw invalid(`a value of ${length} bytes`);
  if (length > limit && fields > 1) throw invalid(`a value of ${length} bytes beside others`);
}

function invalid(what: string): Error {
  return captureErrors.error('CAPTURE_MESSAGE_INVALID', { message: `not a binary COPY stream: ${what}` });
}
