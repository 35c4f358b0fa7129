import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { ObjectStore, StagedObject } from '../landing/object-store.ts';

/** A value too large to be a text here or in a warehouse: what is known of it, and where it is. */
export interface OversizeValue {
  readonly bytes: number;
  /** Of the value as PostgreSQL writes it, hex. */
  readonly sha256: string;
  /** Key in the archive; null where the value was not kept. */
  readonly object: string | null;
}

/** A longer value is never made a text: Snowflake's VARIANT and DuckDB's reader end at 16 MiB a row. */
export const oversizeBytes = 16_000_000;

/** Puts large values away. What is under way is awaited by `drain`, so that little is in memory at a time. */
export class OversizeShelf {
  private readonly store: ObjectStore;
  private readonly source: string;
  private open: OversizeWriter[] = [];
  private puts: Array<Promise<unknown>> = [];

  constructor(store: ObjectStore, source: string) {
    this.store = store;
    this.source = source;
  }

  /** Begins a value that comes in pieces; one that is not kept is only measured. */
  begin(isKept: boolean): OversizeWriter {
    const writer = new OversizeWriter(isKept ? this.store.stage() : undefined, (sha256) => this.key(sha256));
    this.open.push(writer);
    return writer;
  }

  /** Takes a value that is a text already, but does not fit into its row. */
  keep(text: string, isKept: boolean): OversizeValue {
    const bytes = Buffer.from(text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const object = isKept ? this.key(sha256) : null;
    if (object !== null) {
      const put = this.store.put(object, bytes);
      // A failing store is reported by drain.
      put.catch(() => {});
      this.puts.push(put);
    }
    return { bytes: bytes.length, sha256, object };
  }

  async drain(): Promise<void> {
    await Promise.all(this.puts);
    this.puts = [];
    this.open = this.open.filter((writer) => !writer.isEnded);
    for (const writer of this.open) await writer.drain();
  }

  /** Leaves nothing half written behind. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.puts);
    for (const writer of this.open) await writer.discard();
  }

  /** Content decides the key: the same value met again is there already. */
  private key(sha256: string): string {
    return `oversize/${this.source}/${sha256}`;
  }
}

/** Takes one large value in pieces: to the archive, or to nowhere but its hash. */
export class OversizeWriter {
  private readonly hash: Hash = createHash('sha256');
  private readonly staged: Promise<StagedObject> | undefined;
  private readonly keyOf: (sha256: string) => string;
  private written: Promise<void> = Promise.resolve();
  private bytes = 0;
  isEnded = false;

  constructor(staged: Promise<StagedObject> | undefined, keyOf: (sha256: string) => string) {
    this.staged = staged;
    this.keyOf = keyOf;
    staged?.catch(() => {});
  }

  /** Takes the next bytes; they must not change afterwards. */
  write(piece: Buffer): void {
    this.hash.update(piece);
    this.bytes += piece.length;
    const { staged } = this;
    if (staged === undefined) return;
    this.written = this.written.then(async () => (await staged).write(piece));
    this.written.catch(() => {});
  }

  /** Waits until the archive has what was written. */
  async drain(): Promise<void> {
    await this.written;
  }

  async finish(): Promise<OversizeValue> {
    await this.written;
    const sha256 = this.hash.digest('hex');
    const staged = await this.staged;
    const object = staged === undefined ? null : this.keyOf(sha256);
    if (object !== null) await staged?.publish(object);
    this.isEnded = true;
    return { bytes: this.bytes, sha256, object };
  }

  async discard(): Promise<void> {
    this.isEnded = true;
    await this.written.catch(() => {});
    await (await this.staged?.catch(() => undefined))?.discard();
  }
}
