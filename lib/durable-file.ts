import { open } from 'node:fs/promises';

/** Writes a file and waits until its bytes are on the disk. `flags` as for open: `w` replaces, `wx` refuses what is there. */
export async function writeDurably(
  file: string,
  text: string | Uint8Array,
  flags: 'w' | 'wx' = 'w',
  mode = 0o666,
): Promise<void> {
  const handle = await open(file, flags, mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the names in a folder durable: a file's own sync says nothing of its name. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
