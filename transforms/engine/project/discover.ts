import type { Location } from '../template/location.ts';
import type { Expression, TemplatePart } from '../template/parse.ts';

/** A call in a template whose first argument is a literal text, found without rendering. */
export interface FoundCall {
  readonly name: string;
  readonly args: readonly string[];
  readonly at: Location;
}

/** Every call in the parts, outermost first. */
export function findCalls(parts: readonly TemplatePart[]): FoundCall[] {
  return parts.flatMap((part) => (part.kind === 'expression' ? callsIn(part.expression) : []));
}

function callsIn(expression: Expression): FoundCall[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'list':
      return expression.items.flatMap(callsIn);
    case 'dict':
      return expression.entries.flatMap(([key, value]) => [...callsIn(key), ...callsIn(value)]);
    case 'call': {
      const children = [...expression.args, ...Object.values(expression.named)];
      const args = expression.args.flatMap((arg) =>
        arg.kind === 'literal' && typeof arg.value === 'string' ? [arg.value] : [],
      );
      return [{ name: expression.name, args, at: expression.at }, ...children.flatMap(callsIn)];
    }
  }
}
