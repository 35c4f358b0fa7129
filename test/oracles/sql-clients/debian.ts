import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended } from './command.ts';

/** Packages of Debian unpacked into a folder, once a machine; undefined where they cannot be had. Nothing is installed. */
export async function unpacked(packages: readonly string[]): Promise<string | undefined> {
  const folder = path.join(tmpdir(), `shopwave-deb-${packages.join('-')}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}-${process.pid}`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true });
  const fetched = await ended('apt-get', ['download', ...packages], { cwd: making });
  if (fetched.code !== 0) {
    await rm(making, { recursive: true, force: true });
    return undefined;
  }
  for (const name of await readdir(making)) {
    const { code } = await ended('dpkg-deb', ['-x', path.join(making, name), making]);
    if (code !== 0) return undefined;
  }
  await rename(making, folder);
  return folder;
}

/** Paths below a folder that end so. */
export async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true });
  return all.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));
}
