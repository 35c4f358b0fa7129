import { chmod, mkdir, readFile, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { messageOf } from '../lib/errors.ts';
import { cliErrors } from './errors.ts';
import { warehouseKinds } from './warehouse-kinds.ts';

/** Everything that the platform keeps, by name. Nothing else in the folder is ever written or deleted. */
export interface DataPaths {
  readonly root: string;
  /** Says that the folder is ours, and remembers which shop it was filled from. */
  readonly marker: string;
  readonly lock: string;
  readonly postgres: string;
  readonly archive: string;
  readonly warehouse: string;
  /** What is on its way between this machine and a remote archive. */
  readonly spool: string;
  readonly semantic: string;
  /** Keys of tokens and persons, where no secrets manager holds them; mode 600. */
  readonly tokenKeys: string;
  readonly log: string;
  /** Compiled SQL, manifests, results and the documentation page of the transform verbs: `transform retry` reads its results. */
  readonly target: string;
}

/** Where things are below a data folder. */
export function dataPaths(dataDir: string): DataPaths {
  const root = path.resolve(dataDir);
  const inside = (...names: string[]): string => path.join(root, ...names);
  return {
    root,
    marker: inside('shopwave.json'),
    lock: inside('lock'),
    postgres: inside('postgres'),
    archive: inside('archive'),
    spool: inside('spool'),
    warehouse: inside('warehouse', 'warehouse.duckdb'),
    semantic: inside('semantic'),
    tokenKeys: inside('keys', 'token-keys'),
    log: inside('logs', 'shopwave.log'),
    target: inside('target'),
  };
}

/** Names at the top of the folder; taken from the paths, so that a new path cannot be one that --fresh forgets. */
function ownNames({ root, ...paths }: DataPaths): ReadonlySet<string> {
  return new Set(Object.values(paths).flatMap((each) => path.relative(root, each).split(path.sep)[0] ?? []));
}

// `target`: compile writes there, before or without any start.
const harmlessNames: ReadonlySet<string> = new Set(['lost+found', '.DS_Store', '.gitkeep', 'target']);
const minimumFreeBytes = 300_000_000;

const markerShape = z.object({
  format: z.literal(1),
  /** Where the shop is; absent until the first start has decided it. The file has mode 600, since a URL is a secret. */
  source: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('embedded') }),
      z.object({ kind: z.literal('url'), url: z.string() }),
    ])
    .optional(),
  /** The kind of warehouse it was last started with. */
  warehouse: z.enum(warehouseKinds).optional(),
  /** Whether it was last started with the simulated shop, whose APIs are gone when it stops. */
  isSimulated: z.boolean().optional(),
});

/** What the folder remembers from one start to the next. */
export type DataDirSettings = z.infer<typeof markerShape>;

/** Reads what the folder remembers; undefined when no platform was ever started there. */
export async function readSettings(paths: DataPaths): Promise<DataDirSettings | undefined> {
  const text = await readFile(paths.marker, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = markerShape.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw cliErrors.error('CLI_DATA_DIR_FOREIGN', {
    message: 'the data folder was written by another version, or its settings are damaged',
    where: paths.marker,
    remedy: 'Start from nothing with --fresh, or choose another folder with --data-dir.',
  });
}

/** Makes the folder ours if it is new or empty, and proves that it can be written; refuses a foreign one. */
export async function claimDataDir(paths: DataPaths): Promise<void> {
  try {
    await makeRoot(paths.root);
    const names = await readdir(paths.root);
    const foreign = names.filter((name) => !harmlessNames.has(name) && name !== 'lock');
    if (foreign.length > 0 && !names.includes('shopwave.json')) throw foreignFolder(paths, foreign);
    if (!names.includes('shopwave.json')) await writeSettings(paths, { format: 1 });
    await mkdir(path.dirname(paths.log), { recursive: true });
  } catch (error) {
    throw asDataDirError(error, paths.root);
  }
  await refuseFullDisk(paths.root);
}

/** As root, the folders made on the way are open to every user, whatever the umask: PostgreSQL runs as another one. */
async function makeRoot(root: string): Promise<void> {
  for (const folder of await missingFolders(root)) {
    await makeFolder(folder);
    if (process.getuid?.() === 0) await chmod(folder, 0o755);
  }
}

/** What has to be made for the folder to be there, the outermost first. */
async function missingFolders(folder: string): Promise<string[]> {
  const exists = await stat(folder).then(
    () => true,
    (error: unknown) => !isCode(error, 'ENOENT'),
  );
  if (exists || folder === path.dirname(folder)) return [];
  return [...(await missingFolders(path.dirname(folder))), folder];
}

/** Makes the folder of the transform verbs' files, in a data folder that need not be there yet. */
export async function makeTarget(paths: DataPaths): Promise<string> {
  try {
    await makeRoot(paths.root);
    await mkdir(paths.target, { recursive: true });
  } catch (error) {
    throw asDataDirError(error, paths.target);
  }
  return paths.target;
}

/**
 * One level at a time: `recursive` never comes back where the kernel answers ENOENT although the parent is there, as
 * below /proc.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (cause) {
    // Another start made it in between.
    if (isCode(cause, 'EEXIST') && (await stat(folder).catch(() => undefined))?.isDirectory()) return;
    if (!isCode(cause, 'ENOENT')) throw cause;
    const message = `${path.dirname(folder)} does not let a folder be made in it`;
    throw cliErrors.error('CLI_DATA_DIR_UNWRITABLE', { message, where: folder, cause });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Replaces what the folder remembers. */
export async function writeSettings(paths: DataPaths, settings: DataDirSettings): Promise<void> {
  await writeFile(paths.marker, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
}

/** Deletes the platform's own state, and only that; the lock, which the caller holds, and the log stay. */
export async function eraseState(paths: DataPaths): Promise<void> {
  const kept = new Set(['lock', 'logs', 'shopwave.json']);
  const own = ownNames(paths);
  for (const name of await readdir(paths.root)) {
    if (own.has(name) && !kept.has(name)) {
      await rm(path.join(paths.root, name), { recursive: true, force: true });
    }
  }
  await writeSettings(paths, { format: 1 });
}

/** Bytes that an ordinary user may still write on the folder's disk. */
export async function freeBytes(folder: string): Promise<number> {
  const info = await statfs(folder);
  return info.bavail * info.bsize;
}

/** A file-system error about the data folder, typed; anything else comes back as it is. */
export function asDataDirError(error: unknown, where: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return cliErrors.error('CLI_DISK_FULL', { message: messageOf(error), where, cause: error });
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(String(code))) {
    return cliErrors.error('CLI_DATA_DIR_UNWRITABLE', { message: messageOf(error), where, cause: error });
  }
  return error;
}

async function refuseFullDisk(folder: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= minimumFreeBytes) return;
  throw cliErrors.error('CLI_DISK_FULL', {
    message: `only ${Math.round(free / 1e6)} MB are free, at least ${minimumFreeBytes / 1e6} MB are needed`,
    where: folder,
  });
}

function foreignFolder(paths: DataPaths, names: readonly string[]): Error {
  const shown = names.slice(0, 3).join(', ');
  return cliErrors.error('CLI_DATA_DIR_FOREIGN', {
    message: `the folder is not empty and was not made by shopwave (it holds ${shown}${names.length > 3 ? ', ...' : ''})`,
    where: paths.root,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
