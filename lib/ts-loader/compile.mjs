import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** In the name of every kept file: what was compiled otherwise is not found again. */
const edition = 'esbuild 0.28, 1';
const keptForMs = 7 * 24 * 60 * 60 * 1000;

// Not in a folder for temporary files: what lies there under this name, anybody may have put there.
const folder = path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'shopwave');
let isCleaned = false;

/**
 * A TypeScript file as JavaScript. It is kept by its contents: a file that was changed is never found as it was.
 * @param {string} file
 * @returns {Promise<string>}
 */
export async function compile(file) {
  // Nothing else happens in the thread of the hooks, and to wait for a file costs more than to read it.
  const source = readFileSync(file, 'utf8');
  const name = path.basename(file);
  const kept = keptAt(name, source);
  const found = read(kept);
  if (found !== undefined) return found;
  const { transform } = await import('esbuild');
  const { code } = await transform(source, {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcefile: name,
    sourcemap: 'inline',
    sourcesContent: false,
  });
  // A home that cannot be written to makes a slower start, nothing worse.
  await keep(kept, code).catch(() => {});
  return code;
}

/**
 * A package of many files as one, by its entry: where that is kept, or the entry itself where nothing can be. It is known
 * by its manifest, which says its version.
 * @param {string} entry
 * @returns {Promise<string>}
 */
export async function asOneFile(entry) {
  try {
    const kept = keptAt(entry, readFileSync(path.join(path.dirname(entry), 'package.json'), 'utf8'));
    if (existsSync(kept)) return kept;
    const { build } = await import('esbuild');
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      minifyWhitespace: true,
      write: false,
    });
    await keep(kept, outputFiles[0]?.text ?? '');
    return kept;
  } catch {
    return entry;
  }
}

/**
 * @param {string} name
 * @param {string} contents
 */
function keptAt(name, contents) {
  const hash = createHash('sha256').update(`${edition}\n${name}\n${contents}`).digest('hex');
  return path.join(folder, `${hash}.mjs`);
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Whole or not at all, for whoever reads it at the same time. A name of its own each time: of one process the threads, and
 * the imports of one thread, compile the same file side by side.
 * @param {string} kept
 * @param {string} code
 */
async function keep(kept, code) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${kept}.${randomUUID()}`;
  await writeFile(unfinished, code, { mode: 0o600 });
  await rename(unfinished, kept);
  if (isCleaned) return;
  isCleaned = true;
  await removeOld();
}

/** Whatever is still used is compiled again, once a week. */
async function removeOld() {
  const before = Date.now() - keptForMs;
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if ((await stat(file)).mtimeMs < before) await rm(file, { force: true });
  }
}
