import type { Body, FilterExpr, Node, Signature, Target, TestExpr } from './ast.ts';
import { jinjaErrors } from './errors.ts';
import { formatLocation } from './location.ts';
import { partsOf, walkNodes } from './walk.ts';
import type { Part } from './walk.ts';

/**
 * What Jinja2's compiler finds out before a template runs and that shows in its output: which names of a scope are
 * undefined until they are set (rather than looked up outside), what a macro's body uses of the special names, and
 * which filters and tests must exist although they may never be reached. Fills the tree in and returns the last.
 */
export function analyse(body: Body): (FilterExpr | TestExpr)[] {
  const required: (FilterExpr | TestExpr)[] = [];
  analyseScope(body, body.nodes, [], undefined);
  collectRequired(body.nodes, false, required);
  checkJumps(body.nodes, false);
  checkLoopNames(body.nodes, false);
  return required;
}

/** How a scope comes by a name: `late` ones start as undefined, the others are looked up outside. */
type Origin = 'parameter' | 'outside' | 'late';

class Names {
  readonly parent: Names | undefined;
  origins = new Map<string, Origin>();
  stored = new Set<string>();

  constructor(parent: Names | undefined) {
    this.parent = parent;
  }

  knows(name: string): boolean {
    return this.origins.has(name) || (this.parent?.knows(name) ?? false);
  }

  load(name: string): void {
    if (!this.knows(name)) this.origins.set(name, 'outside');
  }

  store(name: string): void {
    this.stored.add(name);
    if (!this.origins.has(name))
      this.origins.set(name, this.parent?.knows(name) === true ? 'outside' : 'late');
  }

  copy(): Names {
    const copy = new Names(this.parent);
    copy.origins = new Map(this.origins);
    copy.stored = new Set(this.stored);
    return copy;
  }

  /** A name that only some branches set is looked up outside where they did not. */
  merge(branches: readonly Names[]): void {
    const counts = new Map<string, number>();
    for (const branch of branches) {
      for (const name of branch.stored)
        if (!this.stored.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const branch of branches) {
      for (const [name, origin] of branch.origins) this.origins.set(name, origin);
      for (const name of branch.stored) this.stored.add(name);
    }
    for (const [name, count] of counts) if (count < branches.length) this.origins.set(name, 'outside');
  }
}

type Inner = (parent: Names) => void;

function analyseScope(
  body: Body,
  parts: readonly Part[],
  parameters: readonly string[],
  parent: Names | undefined,
): void {
  const names = new Names(parent);
  for (const name of parameters) names.origins.set(name, 'parameter');
  const inner: Inner[] = [];
  for (const part of parts) visit(part, names, inner);
  for (const [name, origin] of names.origins) if (origin === 'late') body.hoisted.push(name);
  for (const analyseInner of inner) analyseInner(names);
}

function visit(part: Part, names: Names, inner: Inner[]): void {
  // Only what binds names or opens a scope is special; everything else is gone through.
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check
  switch (part.kind) {
    case 'name':
      return names.load(part.name);
    case 'if':
      return visitIf(part, names, inner);
    case 'set':
      visit(part.value, names, inner);
      return storeTarget(part.target, names);
    case 'setBlock':
      storeTarget(part.target, names);
      inner.push((parent) => analyseScope(part.body, part.body.nodes, [], parent));
      return;
    case 'for':
      visit(part.iterable, names, inner);
      inner.push((parent) => analyseFor(part, parent));
      return;
    case 'with':
      for (const { value } of part.bindings) visit(value, names, inner);
      inner.push((parent) => {
        analyseScope(
          part.body,
          part.body.nodes,
          part.bindings.flatMap((it) => targetNames(it.target)),
          parent,
        );
      });
      return;
    case 'macro':
      names.store(part.definition.name);
      inner.push((parent) => analyseSignature(part.definition.signature, parent, true));
      return;
    case 'callBlock':
      visit(part.call, names, inner);
      inner.push((parent) => analyseSignature(part.signature, parent, false));
      return;
    case 'filterBlock':
      visit(part.filter, names, inner);
      inner.push((parent) => analyseScope(part.body, part.body.nodes, [], parent));
      return;
    default:
      for (const below of partsOf(part)) visit(below, names, inner);
  }
}

function visitIf(node: Node & { kind: 'if' }, names: Names, inner: Inner[], from = 0): void {
  const branch = node.branches[from];
  if (branch === undefined) return;
  visit(branch.test, names, inner);
  const body = onCopy(names, (copy) => branch.body.forEach((part) => visit(part, copy, inner)));
  // As in Jinja2, all `elif`s together are one branch, each of them an `if` without an `else`.
  const elifs = onCopy(names, (copy) => {
    if (from > 0) return;
    for (let index = 1; index < node.branches.length; index += 1) visitIf(node, copy, inner, index);
  });
  const otherwise = onCopy(names, (copy) => {
    if (from === 0) node.otherwise.forEach((part) => visit(part, copy, inner));
  });
  names.merge([body, elifs, otherwise]);
}

function onCopy(names: Names, act: (copy: Names) => void): Names {
  const copy = names.copy();
  act(copy);
  return copy;
}

function storeTarget(target: Target, names: Names): void {
  if (target.kind === 'targets') target.items.forEach((item) => storeTarget(item, names));
  else if (target.kind === 'namespace') names.load(target.name);
  else names.store(target.name);
}

function targetNames(target: Target): string[] {
  return target.kind === 'targets' ? target.items.flatMap(targetNames) : [target.name];
}

function analyseFor(node: Node & { kind: 'for' }, parent: Names): void {
  const parameters = targetNames(node.target);
  analyseScope(node.body, node.body.nodes, [...parameters, 'loop'], parent);
  analyseScope(node.otherwise, node.otherwise.nodes, [], parent);
}

function analyseSignature(signature: Signature, parent: Names, isMacro: boolean): void {
  const { parameters, body, uses } = signature;
  const fallbacks = parameters.flatMap((parameter) => parameter.fallback ?? []);
  const names = parameters.map((parameter) => parameter.name);
  for (const name of ['varargs', 'kwargs', 'caller'] as const) {
    uses[name] = !names.includes(name) && isUsed(body.nodes, name);
  }
  const special = isMacro ? (['varargs', 'kwargs', 'caller'] as const).filter((name) => uses[name]) : [];
  analyseScope(body, [...fallbacks, ...body.nodes], [...names, ...special], parent);
}

function isUsed(nodes: readonly Node[], name: string): boolean {
  let found = false;
  walkNodes(nodes, (part) => {
    if (part.kind === 'name' && part.name === name) found = true;
    return !found;
  });
  return found;
}

/** Jinja2 looks filters and tests up while compiling, except below `if` and inline conditions. */
function collectRequired(parts: readonly Part[], isSoft: boolean, found: (FilterExpr | TestExpr)[]): void {
  for (const part of parts) {
    if ((part.kind === 'filter' || part.kind === 'test') && !isSoft) found.push(part);
    const opensFrame = 'body' in part || part.kind === 'macro' || part.kind === 'callBlock';
    const soft = part.kind === 'if' || part.kind === 'condition' || (isSoft && !opensFrame);
    collectRequired(partsOf(part), soft, found);
  }
}

function checkJumps(nodes: readonly Node[], isInLoop: boolean): void {
  for (const node of nodes) {
    if ((node.kind === 'break' || node.kind === 'continue') && !isInLoop) {
      const where = formatLocation(node.at);
      throw jinjaErrors.error('JINJA_SYNTAX', { message: `'${node.kind}' outside a loop`, where });
    }
    for (const [body, isLoop] of bodiesOf(node, isInLoop)) checkJumps(body, isLoop);
  }
}

function bodiesOf(node: Node, isInLoop: boolean): readonly (readonly [readonly Node[], boolean])[] {
  switch (node.kind) {
    case 'if':
      return [...node.branches.map((branch) => [branch.body, isInLoop] as const), [node.otherwise, isInLoop]];
    case 'for':
      return [
        [node.body.nodes, true],
        [node.otherwise.nodes, isInLoop && !node.recursive],
      ];
    case 'with':
    case 'setBlock':
    case 'filterBlock':
      return [[node.body.nodes, isInLoop]];
    case 'macro':
      return [[node.definition.signature.body.nodes, false]];
    case 'callBlock':
      return [[node.signature.body.nodes, false]];
    case 'break':
    case 'continue':
    case 'do':
    case 'print':
    case 'set':
    case 'text':
      return [];
  }
}

function checkLoopNames(parts: readonly Part[], isInLoop: boolean): void {
  for (const part of parts) {
    const targets =
      part.kind === 'set' || part.kind === 'setBlock' || part.kind === 'for' ? targetNames(part.target) : [];
    if (targets.includes('loop') && (isInLoop || part.kind === 'for')) {
      const where = formatLocation(part.at);
      throw jinjaErrors.error('JINJA_SYNTAX', {
        message: "'loop' belongs to the loop and cannot be set in it",
        where,
      });
    }
    checkLoopNames(partsOf(part), isInLoop || part.kind === 'for');
  }
}
