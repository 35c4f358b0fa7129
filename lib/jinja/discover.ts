import type { CallExpr, Expr, Template } from './ast.ts';
import type { Location } from './location.ts';
import { signed } from './operators.ts';
import { Dict, JinjaList, Tuple } from './values.ts';
import type { Value } from './values.ts';
import { walkNodes } from './walk.ts';
import type { Part } from './walk.ts';

/** A call as it is written, for what must be known of a template before it runs. */
export interface FoundCall {
  /** Dotted: `ref`, `dbt_utils.star`. */
  readonly name: string;
  /** An argument that is not a literal is undefined. */
  readonly positional: readonly (Value | undefined)[];
  readonly named: ReadonlyMap<string, Value | undefined>;
  /** Whether `*` or `**` adds arguments that are not seen here. */
  readonly isSpread: boolean;
  readonly at: Location;
}

/** Every call of a dotted name in a template or below some parts, in the order they are written. */
export function findCalls(from: Template | readonly Part[]): FoundCall[] {
  const found: FoundCall[] = [];
  const parts: readonly Part[] = 'body' in from ? from.body.nodes : from;
  walkNodes(parts, (part) => {
    if (part.kind !== 'call') return;
    const name = dottedName(part.target);
    if (name !== undefined) found.push(foundCall(name, part));
  });
  return found;
}

function foundCall(name: string, { args, at }: CallExpr): FoundCall {
  return {
    name,
    positional: args.positional.map(literalOf),
    named: new Map(args.named.map(([key, value]) => [key, literalOf(value)])),
    isSpread: args.star !== undefined || args.doubleStar !== undefined,
    at,
  };
}

/** `a.b.c` of names only. */
export function dottedName(expr: Expr): string | undefined {
  if (expr.kind === 'name') return expr.name;
  if (expr.kind !== 'attribute') return undefined;
  const before = dottedName(expr.target);
  return before === undefined ? undefined : `${before}.${expr.name}`;
}

/** The value of a literal: constants, signed numbers, and lists, tuples and dicts of literals. */
export function literalOf(expr: Expr): Value | undefined {
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'unary': {
      const operand = expr.op === 'not' ? undefined : literalOf(expr.operand);
      const isNumber = typeof operand === 'bigint' || typeof operand === 'number';
      return isNumber && expr.op !== 'not' ? signed(expr.op, operand) : undefined;
    }
    case 'list':
    case 'tuple': {
      const items = literalsOf(expr.items);
      if (items === undefined) return undefined;
      return expr.kind === 'list' ? new JinjaList(items) : new Tuple(items);
    }
    case 'dict':
      return literalDict(expr.pairs);
    case 'attribute':
    case 'binary':
    case 'call':
    case 'compare':
    case 'condition':
    case 'filter':
    case 'item':
    case 'logic':
    case 'name':
    case 'slice':
    case 'test':
      return undefined;
  }
}

function literalsOf(exprs: readonly Expr[]): Value[] | undefined {
  const values = exprs.map(literalOf).filter((value) => value !== undefined);
  return values.length === exprs.length ? values : undefined;
}

function literalDict(pairs: readonly (readonly [Expr, Expr])[]): Dict | undefined {
  const dict = new Dict();
  for (const [key, value] of pairs) {
    const name = key.kind === 'const' ? key.value : undefined;
    const literal = literalOf(value);
    if (name === undefined || literal === undefined) return undefined;
    dict.set(name, literal);
  }
  return dict;
}
