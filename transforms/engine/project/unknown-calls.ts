import type { Template } from '../../../lib/jinja/ast.ts';
import { findCalls } from '../../../lib/jinja/discover.ts';
import type { FoundCall } from '../../../lib/jinja/discover.ts';
import { builtinGlobal } from '../../../lib/jinja/globals.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import { walkNodes } from '../../../lib/jinja/walk.ts';
import type { Part } from '../../../lib/jinja/walk.ts';

/** Names that a macro or a loop has without anybody setting them. */
const implied = ['caller', 'loop', 'varargs', 'kwargs', 'self', 'super'];

/**
 * Calls of a name that nobody defines, also where a template never comes while it is parsed. Names that the template
 * asks about with `is defined` are the author's own care.
 */
export function unknownCalls(
  from: Template | readonly Part[],
  known: (name: string) => Value | undefined,
): FoundCall[] {
  const parts = 'body' in from ? from.body.nodes : from;
  const calls = findCalls(parts).filter((call) => !call.name.includes('.'));
  const suspects = calls.filter(
    (call) => known(call.name) === undefined && builtinGlobal(call.name, true) === undefined,
  );
  if (suspects.length === 0) return [];
  const names = ownNames(parts);
  return suspects.filter((call) => !names.has(call.name));
}

function ownNames(parts: readonly Part[]): ReadonlySet<string> {
  const names = new Set<string>(implied);
  walkNodes(parts, (part) => {
    if (part.kind === 'macro') {
      names.add(part.definition.name);
      for (const parameter of part.definition.signature.parameters) names.add(parameter.name);
    }
    if (part.kind === 'callBlock')
      for (const parameter of part.signature.parameters) names.add(parameter.name);
    if (
      part.kind === 'test' &&
      (part.name === 'defined' || part.name === 'undefined') &&
      part.target.kind === 'name'
    ) {
      names.add(part.target.name);
    }
    if (part.kind === 'set' || part.kind === 'setBlock' || part.kind === 'for')
      addTargets(part.target, names);
    if (part.kind === 'with') for (const binding of part.bindings) addTargets(binding.target, names);
  });
  return names;
}

function addTargets(target: Part, into: Set<string>): void {
  if (target.kind === 'targets') for (const item of target.items) addTargets(item, into);
  else if (target.kind === 'name') into.add(target.name);
}
