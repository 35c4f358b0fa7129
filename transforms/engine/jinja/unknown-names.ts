import { builtinGlobal } from './globals.ts';
import type { Location } from './location.ts';
import { walkNodes } from './walk.ts';
import type { Part } from './walk.ts';

/** A name that a template reads. */
export interface FoundName {
  readonly name: string;
  readonly at: Location;
}

/** Names that macros and loops have without anybody setting them. */
const IMPLIED = ['caller', 'loop', 'varargs', 'kwargs', 'self', 'super'];

/**
 * Names that some parts read and nobody gives a value: in a chainable template a misspelt one is silently empty. What is
 * set anywhere in the parts counts as set, and a name with a default or a test for being defined is the author's care.
 * Calls are left out: those of an unknown name are errors of their own.
 */
export function unknownNames(
  parts: readonly Part[],
  isKnown: (name: string) => boolean,
): { readonly unknown: readonly FoundName[]; readonly own: ReadonlySet<string> } {
  const own = new Set(IMPLIED);
  const read: FoundName[] = [];
  walkNodes(parts, (part) => {
    collectOwn(part, own);
    if (part.kind === 'name') read.push({ name: part.name, at: part.at });
  });
  const first = new Map<string, FoundName>();
  for (const found of read) if (!first.has(found.name)) first.set(found.name, found);
  const unknown = [...first.values()].filter(
    ({ name }) => !own.has(name) && builtinGlobal(name, true) === undefined && !isKnown(name),
  );
  return { unknown, own };
}

function collectOwn(part: Part, own: Set<string>): void {
  switch (part.kind) {
    case 'macro':
      own.add(part.definition.name);
      for (const { name } of part.definition.signature.parameters) own.add(name);
      break;
    case 'callBlock':
      for (const { name } of part.signature.parameters) own.add(name);
      break;
    case 'set':
    case 'setBlock':
    case 'for':
      addTarget(part.target, own);
      break;
    case 'with':
      for (const { target } of part.bindings) addTarget(target, own);
      break;
    case 'call':
      addName(part.target, own);
      break;
    case 'test':
      if (part.name === 'defined' || part.name === 'undefined') addName(part.target, own);
      break;
    case 'filter':
      if ((part.name === 'default' || part.name === 'd') && part.target !== undefined)
        addName(part.target, own);
      break;
    default:
      break;
  }
}

function addTarget(target: Part, own: Set<string>): void {
  if (target.kind === 'targets') for (const item of target.items) addTarget(item, own);
  else addName(target, own);
}

/** `x` of `x`, `x.y` and `x[0]`. */
function addName(part: Part, own: Set<string>): void {
  if (part.kind === 'name') own.add(part.name);
  else if (part.kind === 'attribute' || part.kind === 'item') addName(part.target, own);
}
