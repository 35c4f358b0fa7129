import { isUtf8 } from 'node:buffer';
import { SqlError } from '../sql-error.ts';
import { protocolViolation } from './fatal-error.ts';

/** Reads the body of one message from front to back. Throws FatalError 08P01 where the body is shorter than it says. */
export class ByteReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.skip(1)[0] ?? 0;
  }

  /** Unsigned: it is only ever a count or a format. */
  uint16(): number {
    return this.skip(2).readUInt16BE();
  }

  int32(): number {
    return this.skip(4).readInt32BE();
  }

  uint32(): number {
    return this.skip(4).readUInt32BE();
  }

  /** A part of the message itself, not a copy. */
  skip(length: number): Buffer {
    if (length < 0 || length > this.bytes.length - this.at)
      throw protocolViolation('insufficient data left in message');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Text up to a zero byte. Throws SqlError 22021 where it is no UTF-8. */
  cString(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw protocolViolation('invalid string in message');
    const text = this.skip(end - this.at);
    this.at += 1;
    if (!isUtf8(text))
      throw new SqlError({ code: '22021', message: 'invalid byte sequence for encoding "UTF8"' });
    return text.toString('utf8');
  }

  /** How many bytes are left. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** To be called when everything was read. */
  end(): void {
    if (this.left > 0) throw protocolViolation('invalid message format');
  }
}
