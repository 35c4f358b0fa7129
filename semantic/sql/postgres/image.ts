import { mkdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../../../lib/durable-file.ts';
import { makeImage } from './postgres-thread.ts';

/** The files that every catalogue starts from; made once for each folder, and once at a time. */
export function createImageStore(folder: string | undefined): () => Promise<Uint8Array> {
  let image: Promise<Uint8Array> | undefined;
  const read = async (): Promise<Uint8Array> => {
    if (folder === undefined) return makeImage();
    const file = path.join(folder, `catalogue-${postgresVersion()}.tar.gz`);
    const kept = await readFile(file).catch(() => undefined);
    if (kept !== undefined) return kept;
    const made = await makeImage();
    await mkdir(folder, { recursive: true });
    const part = `${file}.${process.pid}.part`;
    await writeDurably(part, made);
    await rename(part, file);
    return made;
  };
  return async () => {
    image ??= read();
    try {
      return await image;
    } catch (error) {
      image = undefined;
      throw error;
    }
  };
}

/** Of the package, since another one may not read what this one has written. */
function postgresVersion(): string {
  const require = createRequire(import.meta.url);
  const main = require.resolve('@electric-sql/pglite');
  const file = path.join(main.slice(0, main.lastIndexOf(`${path.sep}dist${path.sep}`)), 'package.json');
  return z.object({ version: z.string() }).parse(require(file)).version;
}
