import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ShopwaveError } from '../../lib/errors.ts';
import type { LandedFile } from '../landing/manifest.ts';
import type { ObjectStore } from '../landing/object-store.ts';

/** What a stored file turned out to be. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
  /** Undefined where it could not be unpacked. */
  readonly rows: number | undefined;
}

const lineFeed = 10;

/** The lines of a landed file, a chunk at a time, without their line feeds; the packed bytes go by `tap`. */
export async function* readLines(
  store: ObjectStore,
  key: string,
  tap: (packed: Buffer) => void = () => {},
): AsyncGenerator<string[]> {
  const packed = await store.read(key);
  yield* splitLines(
    Readable.from(
      (async function* tapped(): AsyncGenerator<Buffer> {
        for await (const chunk of packed as AsyncIterable<Buffer>) {
          tap(chunk);
          yield chunk;
        }
      })(),
      { objectMode: false },
    ),
  );
}

/** Unpacks gzipped lines. */
async function* splitLines(packed: Readable): AsyncGenerator<string[]> {
  const unpacked = packed.pipe(createGunzip());
  // pipe hands on no errors.
  packed.on('error', (error) => unpacked.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(lineFeed);
      if (end < 0) {
        rest = Buffer.concat([rest, chunk]);
        continue;
      }
      const whole = Buffer.concat([rest, chunk.subarray(0, end)]).toString('utf8');
      rest = chunk.subarray(end + 1);
      yield whole.split('\n');
    }
    if (rest.length > 0) yield [rest.toString('utf8')];
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

/** Reads a stored file: its size, its checksum, and how many lines are in it. */
export async function measureFile(store: ObjectStore, file: LandedFile): Promise<FileFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  let rows = 0;
  const tap = (packed: Buffer): void => {
    hash.update(packed);
    bytes += packed.length;
  };
  try {
    for await (const lines of readLines(store, file.key, tap)) rows += lines.length;
    return { bytes, sha256: hash.digest('hex'), rows };
  } catch (error) {
    // Unpacking may have ended early; what the store itself says of its failure comes up again here.
    if (error instanceof ShopwaveError) throw error;
    return { ...(await measureBytes(store, file.key)), rows: undefined };
  }
}

/** Size and checksum alone. */
export async function measureBytes(
  store: ObjectStore,
  key: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of (await store.read(key)) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
