import type { CompilerApi } from '@cubejs-backend/server-core/dist/src/core/CompilerApi.js';

/**
 * Compilers by the model object itself, in Cube's contract of a cache. A model that no query refers to any more takes its
 * compiler with it, and no sooner: whoever evicts one disposes it, under the queries that are still answered by it.
 */
export function compilersByModel(): object {
  const compilers = new WeakMap<object, CompilerApi>();
  return {
    get: (model: object) => compilers.get(model),
    set: (model: object, compiler: CompilerApi) => void compilers.set(model, compiler),
    clear: () => undefined,
  };
}

/** What Cube makes of YAML texts, by their hash. */
interface Transpilings {
  readonly has: (hash: string) => boolean;
  readonly get: (hash: string) => string | undefined;
  readonly set: (hash: string, script: string) => void;
  /** What was made since is worth keeping. */
  readonly keep: () => void;
}

/** Several models of thirty files each. */
const mostKept = 300;

/** Of the whole process, since a text is transpiled alike for whoever asks. */
const kept = new Map<string, string>();

/**
 * Lets compilers share what they make of texts. A compile of the whole model keeps a core busy for three seconds, more than
 * one of which goes to texts that were not edited. Only of models that compiled: Cube keeps a script of a broken text, too,
 * and does not tell its errors again.
 */
export function shareTranspilings(compiler: CompilerApi): CompilerApi {
  const own = new Map<string, string>();
  const transpilings: Transpilings = {
    has: (hash) => kept.has(hash) || own.has(hash),
    get: (hash) => kept.get(hash) ?? own.get(hash),
    set: (hash, script) => void own.set(hash, script),
    keep: () => {
      for (const [hash, script] of own) kept.set(hash, script);
      own.clear();
      for (const oldest of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(oldest);
      }
    },
  };
  return Object.assign(compiler, { compiledYamlCache: transpilings });
}

/** To be called of a compiler whose model has compiled. */
export function keepTranspilings(compiler: CompilerApi): void {
  (Reflect.get(compiler, 'compiledYamlCache') as Transpilings).keep();
}
