import type { Expr, FilterExpr, Signature, TestExpr } from './ast.ts';
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
  const { kind } = part;
  if (kind === 'macro') {
    own.add(part.definition.name);
    addParameters(part.definition.signature, own);
  } else if (kind === 'callBlock') addParameters(part.signature, own);
  else if (kind === 'set' || kind === 'setBlock' || kind === 'for') addTarget(part.target, own);
  else if (kind === 'with') for (const { target } of part.bindings) addTarget(target, own);
  else if (kind === 'call' || isCaredFor(part)) addName(part.target, own);
}

function addParameters({ parameters }: Signature, own: Set<string>): void {
  for (const { name } of parameters) own.add(name);
}

/** `x is defined`, `x | default(...)`. */
function isCaredFor(part: Part): part is (TestExpr | FilterExpr) & { readonly target: Expr } {
  if (part.kind === 'test') return part.name === 'defined' || part.name === 'undefined';
  return (
    part.kind === 'filter' && part.target !== undefined && (part.name === 'default' || part.name === 'd')
  );
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
