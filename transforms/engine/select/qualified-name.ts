import { isPattern, matchesPattern } from './glob.ts';

/**
 * Whether a name selects the resource of this qualified name: its last part, a leading run of its parts with or
 * without the project, or a pattern over the rest of them. `dim.v2` and `dim_v2` select a version, `dim` all of them.
 */
export function matchesQualifiedName(fqn: readonly string[], selector: string, versioned: boolean): boolean {
  return matches(fqn, selector, versioned) || matches(fqn.slice(1), selector, versioned);
}

function matches(fqn: readonly string[], selector: string, versioned: boolean): boolean {
  const wanted = selector.split('.');
  if (versioned) {
    if (fqn.at(-2) === selector) return true;
    if (fqn.slice(-2).join('_') === wanted.slice(-2).join('_')) return true;
  } else if (fqn.at(-1) === selector) {
    return true;
  }
  const parts = fqn.flatMap((part) => part.split('.'));
  if (parts.length < wanted.length) return false;
  const wild = wanted.findIndex(isPattern);
  const literal = wild < 0 ? wanted : wanted.slice(0, wild);
  if (literal.some((part, index) => parts[index] !== part)) return false;
  return wild < 0 || matchesPattern(parts.slice(wild).join('.'), wanted.slice(wild).join('.'));
}
