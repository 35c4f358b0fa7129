// Runs in the thread that Node keeps for module hooks.
import { fileURLToPath } from 'node:url';
import { compile } from './compile.mjs';

const extension = /\.m?ts$/;

/**
 * Node's own resolution, and where that finds nothing what TypeScript would: a file without its extension, or with the
 * one that it gets when it is compiled.
 * @type {import('node:module').ResolveHook}
 */
export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
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
