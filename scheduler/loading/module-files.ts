import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** A DAG file with what it imports of its folder, as one: whatever of it changes changes the DAGs. */
export interface ModuleFiles {
  /** Begins a look at the disk, in which every file is looked at once, however many import it. */
  readonly look: () => LookAtFile;
}

/** The hash of a file and of all that it imports, directly or through others; undefined where the file is not there. */
export type LookAtFile = (file: string) => Promise<string | undefined>;

interface ModuleFile {
  /** Time and size: only who differs in them is read again. */
  readonly stamp: string;
  readonly hash: string;
  /** As imports name them, made absolute. */
  readonly imports: readonly string[];
}

/**
 * Follows relative imports within a folder. The platform's own code and packages are not watched: they are as they were
 * when the process began. An import that is not there yet is, so that it is seen when it comes.
 */
export function createModuleFiles(folder: string): ModuleFiles {
  const known = new Map<string, ModuleFile>();
  const isWatched = (file: string): boolean =>
    file.startsWith(`${folder}${path.sep}`) &&
    !file.slice(folder.length).includes(`${path.sep}node_modules${path.sep}`);
  const readKnown = async (file: string): Promise<ModuleFile | undefined> => {
    const found = await readIfChanged(file, known.get(file));
    if (found === undefined) known.delete(file);
    else known.set(file, found);
    return found;
  };
  return {
    look: () => {
      const seen = new Map<string, Promise<ModuleFile | undefined>>();
      const read = async (file: string): Promise<ModuleFile | undefined> => {
        const reading = seen.get(file) ?? readKnown(file);
        seen.set(file, reading);
        return await reading;
      };
      return async (file) => {
        const parts = new Map<string, string>();
        await collect(file, { read, isWatched, parts });
        const own = parts.get(file);
        if (own === undefined || own === absent || parts.size === 1) return own === absent ? undefined : own;
        return hashOf([...parts].map((each) => each.join(' ')).join('\n'));
      };
    },
  };
}

const absent = 'absent';

async function collect(
  file: string,
  input: {
    readonly read: (file: string) => Promise<ModuleFile | undefined>;
    readonly isWatched: (file: string) => boolean;
    readonly parts: Map<string, string>;
  },
): Promise<void> {
  const { read, isWatched, parts } = input;
  if (parts.has(file)) return;
  const module = await read(file);
  parts.set(file, module?.hash ?? absent);
  for (const named of (module?.imports ?? []).filter(isWatched)) {
    const found = await firstOf(candidatesOf(named), async (each) => (await read(each)) !== undefined);
    if (found === undefined) parts.set(named, absent);
    else await collect(found, input);
  }
}

async function firstOf<Item>(
  items: readonly Item[],
  isIt: (item: Item) => Promise<boolean>,
): Promise<Item | undefined> {
  for (const item of items) if (await isIt(item)) return item;
  return undefined;
}

/** Where the loader looks (`lib/ts-loader/hooks.mjs`). */
function candidatesOf(named: string): readonly string[] {
  return [named, named.replace(/\.(m?)js$/, '.$1ts'), `${named}.ts`, path.join(named, 'index.ts')];
}

async function readIfChanged(file: string, before: ModuleFile | undefined): Promise<ModuleFile | undefined> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return undefined;
    const stamp = `${found.mtimeMs}/${found.size}`;
    if (before?.stamp === stamp) return before;
    const source = await readFile(file, 'utf8');
    return { stamp, hash: hashOf(source), imports: importsOf(file, source) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    // It is there and cannot be read: its import says so.
    return { stamp: code, hash: code, imports: [] };
  }
}

const relativeImport = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/** What only looks like an import costs a look at a file that is not there. */
function importsOf(file: string, source: string): readonly string[] {
  const named = [...source.matchAll(relativeImport)].map(([, , specifier = '']) => specifier);
  return [...new Set(named)].map((specifier) => path.resolve(path.dirname(file), specifier));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
