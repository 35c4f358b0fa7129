import { captureErrors } from './errors.ts';

/** Values of one row as bytes, null for SQL null. */
export type CopyRow = ReadonlyArray<Buffer | null>;

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headerBytes = signature.length + 8;

/** Larger than any value that could be loaded; keeps a hostile length from taking the memory of the process. */
export const maximumCopyValueBytes = 67_108_864;

/**
 * Reads PostgreSQL's binary COPY format from chunks cut anywhere. Bytes of a value stay bytes: no text is decoded,
 * so no limit on the length of a string is met here.
 */
export class BinaryCopyParser {
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** Nothing can be read before this many bytes are there; keeps a large value from being copied per chunk. */
  private needed = headerBytes;
  private state: 'header' | 'rows' | 'ended' = 'header';

  /** Takes the next bytes; returns the rows that became complete. */
  push(chunk: Buffer): CopyRow[] {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return [];
    const input = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const rows: CopyRow[] = [];
    const offset = this.read(input, rows);
    this.chunks = offset === input.length ? [] : [input.subarray(offset)];
    this.buffered = input.length - offset;
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

  private read(input: Buffer, rows: CopyRow[]): number {
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
    }
    if (this.state === 'ended' && offset < input.length) throw invalid('bytes after the trailer');
    if (this.state === 'rows') this.needed = 2;
    return offset;
  }

  private readHeader(input: Buffer): number {
    if (!input.subarray(0, signature.length).equals(signature)) throw invalid('another signature');
    const extension = input.readInt32BE(signature.length + 4);
    if (extension < 0 || extension > maximumCopyValueBytes) throw invalid(`a header of ${extension} bytes`);
    this.needed = headerBytes + extension;
    if (input.length < this.needed) return 0;
    this.state = 'rows';
    return this.needed;
  }

  /** The offset after the row, or undefined when it is not yet all there. */
  private readRow(input: Buffer, start: number, fields: number, rows: CopyRow[]): number | undefined {
    const row: Array<Buffer | null> = [];
    let offset = start;
    for (let field = 0; field < fields; field += 1) {
      if (offset + 4 > input.length) return this.wait(offset + 4 - start);
      const length = input.readInt32BE(offset);
      offset += 4;
      if (length === -1) row.push(null);
      else {
        checkLength(length);
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

function checkLength(length: number): void {
  if (length < 0) throw invalid(`a value of ${length} bytes`);
  if (length > maximumCopyValueBytes) {
    throw captureErrors.error('CAPTURE_VALUE_TOO_LARGE', { message: `one change takes ${length} bytes` });
  }
}

function invalid(what: string): Error {
  return captureErrors.error('CAPTURE_MESSAGE_INVALID', { message: `not a binary COPY stream: ${what}` });
}
