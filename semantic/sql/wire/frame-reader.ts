import { FatalError, protocolViolation } from './fatal-error.ts';

/** One message of a client, not yet understood. */
export interface Frame {
  /** Code of its letter; 0 for the packets before a connection has started, which have none. */
  readonly type: number;
  readonly body: Buffer;
}

/** What a packet before the start may have, as in PostgreSQL. */
const mostStartupBytes = 10_000;
/** Before anybody is known: a password, a token, a step of SCRAM. */
const mostAuthenticationBytes = 65_535;
/** Parameters that somebody known may send; texts of statements have a limit of their own. */
const mostMessageBytes = 64 * 1024 * 1024;
/** Of messages that hold a name at most. */
const mostNameBytes = 30_000;

const limits: ReadonlyMap<number, number> = new Map(
  Object.entries({
    Q: mostMessageBytes,
    P: mostMessageBytes,
    B: mostMessageBytes,
    F: mostMessageBytes,
    d: mostMessageBytes,
    p: mostAuthenticationBytes,
    D: mostNameBytes,
    E: mostNameBytes,
    C: mostNameBytes,
    f: mostNameBytes,
    S: 4,
    H: 4,
    X: 4,
    c: 4,
  }).map(([letter, limit]) => [letter.charCodeAt(0), limit]),
);

const empty: Buffer = Buffer.alloc(0);

/** Which messages may come. */
type Stage = 'startup' | 'authentication' | 'started';

/**
 * Cuts what arrives into messages, in whatever pieces it comes. Holds what has arrived of a message and never more than
 * twice that: a length that a client only announces costs nothing.
 */
export class FrameReader {
  private stage: Stage = 'startup';
  /** What has arrived and was not given out; a part of `store` when that is not empty. */
  private pending = empty;
  private store = empty;

  enter(stage: Stage): void {
    this.stage = stage;
  }

  /** Bytes that have arrived and were not given out. */
  get held(): number {
    return this.pending.length;
  }

  /** The first byte that was not given out. */
  get first(): number | undefined {
    return this.pending[0];
  }

  /** All that was not given out, which is then not here any more. */
  takeAll(): Buffer {
    const all = this.pending;
    this.store = this.pending = empty;
    return all;
  }

  push(chunk: Buffer): void {
    const total = this.pending.length + chunk.length;
    if (this.pending.length === 0) {
      this.pending = chunk;
      return;
    }
    const from = this.pending.byteOffset - this.store.byteOffset;
    if (this.pending.buffer === this.store.buffer && from >= 0 && from + total <= this.store.length) {
      chunk.copy(this.store, from + this.pending.length);
      this.pending = this.store.subarray(from, from + total);
      return;
    }
    // A store of its own, since what was given out before must not change.
    const store = Buffer.allocUnsafeSlow(Math.max(256, total * 2));
    this.pending.copy(store);
    chunk.copy(store, this.pending.length);
    this.store = store;
    this.pending = store.subarray(0, total);
  }

  /** The next message; undefined until all of it has arrived. Throws FatalError for what cannot be one. */
  next(): Frame | undefined {
    return this.stage === 'startup' ? this.untyped() : this.typed(this.stage);
  }

  private untyped(): Frame | undefined {
    if (this.pending.length < 4) return undefined;
    const length = this.pending.readUInt32BE();
    if (length < 8 || length > mostStartupBytes) throw protocolViolation('invalid length of startup packet');
    return this.cut(0, 4, length);
  }

  private typed(stage: Stage): Frame | undefined {
    const [type] = this.pending;
    if (type === undefined) return undefined;
    const limit = limits.get(type);
    if (limit === undefined || (stage === 'authentication' && limit !== mostAuthenticationBytes))
      throw protocolViolation(`invalid frontend message type ${type}`);
    if (this.pending.length < 5) return undefined;
    const length = this.pending.readUInt32BE(1);
    if (length < 4) throw protocolViolation('invalid message length');
    if (length > limit)
      throw new FatalError({ code: '54000', message: `a message of this type may have ${limit} bytes` });
    return this.cut(type, 5, length + 1);
  }

  private cut(type: number, from: number, end: number): Frame | undefined {
    if (this.pending.length < end) return undefined;
    const body = this.pending.subarray(from, end);
    this.pending = this.pending.subarray(end);
    // An idle connection holds nothing of what it received.
    if (this.pending.length === 0) this.store = this.pending = empty;
    return { type, body };
  }
}
