import { captureErrors } from './errors.ts';

/** Reads the fields of one pgoutput message; every read beyond its end is a typed error. */
export class MessageReader {
  private readonly bytes: Buffer;
  private offset = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes.readUInt8(this.skip(1));
  }

  /** One byte that stands for a letter. */
  letter(): string {
    return String.fromCharCode(this.byte());
  }

  int16(): number {
    return this.bytes.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.skip(4));
  }

  /** Object ids and transaction ids are unsigned. */
  uint32(): number {
    return this.bytes.readUInt32BE(this.skip(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.skip(8));
  }

  lsn(): bigint {
    return this.bytes.readBigUInt64BE(this.skip(8));
  }

  /** UTF-8 text that ends in a zero byte. */
  cstring(): string {
    const end = this.bytes.indexOf(0, this.offset);
    if (end < 0) throw invalidMessage('a name without an end');
    const text = this.bytes.toString('utf8', this.offset, end);
    this.offset = end + 1;
    return text;
  }

  /** UTF-8 text behind its length. */
  text(): string {
    const length = this.int32();
    if (length < 0) throw invalidMessage(`a value of ${length} bytes`);
    const start = this.skip(length);
    return this.bytes.toString('utf8', start, start + length);
  }

  /** Call after the last field: bytes left over mean that the message was misread. */
  end(): void {
    const left = this.bytes.length - this.offset;
    if (left > 0) throw invalidMessage(`${left} bytes after its last field`);
  }

  private skip(count: number): number {
    const start = this.offset;
    if (start + count > this.bytes.length) throw invalidMessage('it ends early');
    this.offset = start + count;
    return start;
  }
}

/** A message that could not be understood. Carries no bytes of it: they may hold what must not be logged. */
export function invalidMessage(what: string): Error {
  return captureErrors.error('CAPTURE_MESSAGE_INVALID', {
    message: `a message of the change stream: ${what}`,
  });
}
