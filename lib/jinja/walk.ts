import type { Args, Expr, MacroDefinition, Node, Signature, Target } from './ast.ts';

/** Anything of a template's tree. */
export type Part = Node | Expr | Target;

function argParts(args: Args): Expr[] {
  const parts = [...args.positional, ...args.named.map(([, value]) => value)];
  if (args.star !== undefined) parts.push(args.star);
  if (args.doubleStar !== undefined) parts.push(args.doubleStar);
  return parts;
}

function present(...parts: readonly (Expr | undefined)[]): Expr[] {
  return parts.filter((part) => part !== undefined);
}

function signatureParts(signature: Signature): Part[] {
  return [
    ...present(...signature.parameters.map((parameter) => parameter.fallback)),
    ...signature.body.nodes,
  ];
}

/** The parts of a part, in the order they are written. */
export function partsOf(part: Part): readonly Part[] {
  switch (part.kind) {
    case 'text':
    case 'break':
    case 'continue':
    case 'const':
    case 'name':
    case 'namespace':
      return [];
    case 'targets':
    case 'list':
    case 'tuple':
    case 'print':
      return part.items;
    case 'if':
      return [...part.branches.flatMap((branch) => [branch.test, ...branch.body]), ...part.otherwise];
    case 'for':
      return [
        part.target,
        part.iterable,
        ...present(part.filter),
        ...part.body.nodes,
        ...part.otherwise.nodes,
      ];
    case 'set':
      return [part.target, part.value];
    case 'setBlock':
      return [part.target, ...present(part.filter), ...part.body.nodes];
    case 'with':
      return [...part.bindings.flatMap((binding) => [binding.target, binding.value]), ...part.body.nodes];
    case 'macro':
      return signatureParts(part.definition.signature);
    case 'callBlock':
      return [part.call, ...signatureParts(part.signature)];
    case 'filterBlock':
      return [part.filter, ...part.body.nodes];
    case 'do':
      return [part.value];
    case 'attribute':
    case 'binary':
    case 'call':
    case 'compare':
    case 'condition':
    case 'dict':
    case 'filter':
    case 'item':
    case 'logic':
    case 'slice':
    case 'test':
    case 'unary':
      return expressionParts(part);
  }
}

type Composite = Exclude<Expr, { kind: 'const' | 'name' | 'list' | 'tuple' }>;

function expressionParts(part: Composite): readonly Expr[] {
  switch (part.kind) {
    case 'dict':
      return part.pairs.flat();
    case 'attribute':
      return [part.target];
    case 'item':
      return [part.target, part.key];
    case 'slice':
      return present(part.target, part.start, part.stop, part.step);
    case 'call':
    case 'filter':
    case 'test':
      return [...present(part.target), ...argParts(part.args)];
    case 'unary':
      return [part.operand];
    case 'binary':
    case 'logic':
      return [part.left, part.right];
    case 'compare':
      return [part.first, ...part.rest.map((step) => step.value)];
    case 'condition':
      return present(part.test, part.chosen, part.otherwise);
  }
}

/** Visits every part below some parts, depth first; `visit` returns false to leave a part's inside out. */
export function walkNodes(parts: readonly Part[], visit: (part: Part) => boolean | void): void {
  for (const part of parts) if (visit(part) !== false) walkNodes(partsOf(part), visit);
}

/** The blocks among top-level nodes that define something. */
export function topLevelDefinitions(nodes: readonly Node[]): MacroDefinition[] {
  return nodes.flatMap((node) => (node.kind === 'macro' ? [node.definition] : []));
}
