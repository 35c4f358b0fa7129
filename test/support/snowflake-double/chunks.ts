import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from './answers.ts';
import { plain } from './answers.ts';
import type { WireValue } from './contract.ts';

type WireRow = readonly WireValue[];

/** A chunk as a result lists it. */
export interface ChunkEntry {
  readonly url: string;
  readonly rowCount: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
}

export interface SpilledRows {
  readonly inline: readonly WireRow[];
  readonly chunks: readonly ChunkEntry[];
  readonly total: number;
}

/** How large results are cut, in bytes of JSON. */
export interface ChunkSizes {
  readonly inlineBytes: number;
  readonly chunkBytes: number;
}

/** The header that a chunk is asked for with: real ones are objects in S3, encrypted with a key that the result names. */
const keyHeader = 'x-amz-server-side-encryption-customer-key';

/** The parts of large results, in files: a result of a million rows is never in memory. */
export class ChunkStore {
  /** The key of every result's chunks ("qrmk"). */
  readonly key = randomBytes(32).toString('base64');
  private count = 0;
  private readonly folder: string;
  private readonly sizes: ChunkSizes;

  constructor(folder: string, sizes: ChunkSizes) {
    this.folder = folder;
    this.sizes = sizes;
  }

  /** Reads all rows: the first stay inline, the rest go into chunks. */
  async spill(
    batches: AsyncIterable<readonly WireRow[]>,
    baseUrl: string,
    signal: AbortSignal,
  ): Promise<SpilledRows> {
    const inline: WireRow[] = [];
    const chunks: ChunkEntry[] = [];
    let buffered: string[] = [];
    let bytes = 0;
    let inlineBytes = 0;
    for await (const batch of batches) {
      signal.throwIfAborted();
      for (const row of batch) {
        const text = JSON.stringify(row);
        if (inlineBytes < this.sizes.inlineBytes) {
          inline.push(row);
          inlineBytes += text.length;
          continue;
        }
        buffered.push(text);
        bytes += text.length;
        if (bytes < this.sizes.chunkBytes) continue;
        chunks.push(await this.write(buffered, baseUrl));
        buffered = [];
        bytes = 0;
      }
    }
    if (buffered.length > 0) chunks.push(await this.write(buffered, baseUrl));
    const total = chunks.reduce((sum, each) => sum + each.rowCount, inline.length);
    return { inline, chunks, total };
  }

  /** A chunk as S3 would give it: gzipped, of no type that a client would parse. */
  async answer(name: string, headers: Readonly<Record<string, unknown>>): Promise<Answer> {
    if (headers[keyHeader] !== this.key) return plain(403, 'the chunk is asked for without its key');
    const body = await readFile(join(this.folder, `${name}.json.gz`)).catch(() => undefined);
    if (body === undefined) return plain(404, 'no such chunk');
    return {
      status: 200,
      headers: { 'content-type': 'binary/octet-stream', 'content-encoding': 'gzip' },
      body,
    };
  }

  /** Rows one after the other without brackets around them: that is the shape of a chunk. */
  private async write(rows: readonly string[], baseUrl: string): Promise<ChunkEntry> {
    this.count += 1;
    const name = `chunk-${this.count}`;
    const text = Buffer.from(rows.join(','));
    const packed = await promisify(gzip)(text, { level: 1 });
    await writeFile(join(this.folder, `${name}.json.gz`), packed);
    return {
      url: `${baseUrl}/chunks/${name}`,
      rowCount: rows.length,
      uncompressedSize: text.length,
      compressedSize: packed.length,
    };
  }
}
