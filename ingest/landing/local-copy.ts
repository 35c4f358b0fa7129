import path from 'node:path';
import type { ObjectStore } from './object-store.ts';
import { openSpoolFile } from './spool-file.ts';

/** A file on this machine, until it is released. */
export interface LocalFile {
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** An object as a local file: where it lies, if that is here, else a copy in the spool folder. */
export async function localCopy(store: ObjectStore, key: string, spoolDir: string): Promise<LocalFile> {
  const location = store.locate(key);
  if (path.isAbsolute(location)) return { path: location, release: () => Promise.resolve() };
  const copy = await openSpoolFile(spoolDir);
  try {
    for await (const chunk of (await store.read(key)) as AsyncIterable<Buffer>) await copy.write(chunk);
    return { path: copy.path, release: copy.remove };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}
