// Runs in the thread that Node keeps for module hooks.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asOneFile, compile } from './compile.mjs';

/** A hundred files each, which take four times as long to load as one; most commands and tasks need them. */
const manyFiles = new Set(['zod']);

const extension = /\.m?ts$/;

/**
 * The address of a module, with the edition of who imports it where both are of the folder that is imported anew.
 * @type {import('node:module').ResolveHook}
 */
export async function resolve(specifier, context, nextResolve) {
  const found = await find(specifier, context, nextResolve);
  const edition = editionOf(context.parentURL);
  if (edition === undefined || !found.url.startsWith('file:')) return found;
  const url = new URL(found.url);
  const isWithin = url.pathname.startsWith(edition.within);
  const isPackage = url.pathname.slice(edition.within.length - 1).includes('/node_modules/');
  if (!isWithin || isPackage || url.search !== '') return found;
  return { ...found, url: `${found.url}${edition.search}` };
}

/** @param {string | undefined} url */
function editionOf(url) {
  if (url?.includes('?edition=') !== true) return undefined;
  const { search, searchParams } = new URL(url);
  return { search, within: searchParams.get('within') ?? '/' };
}

/**
 * Node's own resolution, and where that finds nothing what TypeScript would: a file without its extension, or with the
 * one that it gets when it is compiled.
 * @type {import('node:module').ResolveHook}
 */
async function find(specifier, context, nextResolve) {
  try {
    const found = await nextResolve(specifier, context);
    if (!manyFiles.has(specifier) || found.format !== 'module') return found;
    return { ...found, url: pathToFileURL(await asOneFile(fileURLToPath(found.url))).href };
  } catch (error) {
    if (!/^\.{1,2}\//.test(specifier) || !isTypeScript(context.parentURL)) throw error;
    for (const other of othersOf(specifier)) {
      const found = await nextResolve(other, context).catch(() => undefined);
      if (found !== undefined) return found;
    }
    throw error;
  }
}

/**
 * A TypeScript file is a module, whatever package.json lies above it.
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, nextLoad) {
  if (!isTypeScript(url)) return nextLoad(url, context);
  const { protocol, host, pathname } = new URL(url);
  const source = await compile(fileURLToPath(`${protocol}//${host}${pathname}`));
  return { format: 'module', source, shortCircuit: true };
}

/** @param {string | undefined} url */
function isTypeScript(url) {
  return url?.startsWith('file:') === true && extension.test(new URL(url).pathname);
}

/** @param {string} specifier */
function othersOf(specifier) {
  return [specifier.replace(/\.(m?)js$/, '.$1ts'), `${specifier}.ts`, `${specifier}/index.ts`];
}
