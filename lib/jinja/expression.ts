import type { Args, CompareExpr, Expr, FilterExpr, TestExpr } from './ast.ts';
import { sliceOf } from './attributes.ts';
import { fail } from './errors.ts';
import type { Frame } from './interpreter.ts';
import { mapInOrder, chain } from './maybe.ts';
import type { Maybe } from './maybe.ts';
import { binary, compare, isTrue, iterate, signed } from './operators.ts';
import {
  Callable,
  Dict,
  HostObject,
  JinjaList,
  Tuple,
  Undefined,
  refuseUndefined,
  chargeValue,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

/** The value of an expression; a promise only where a call had to wait. */
export function evaluate(expr: Expr, frame: Frame): Maybe<Value> {
  const { it } = frame;
  it.step();
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'name':
      it.at = expr.at;
      return it.lookup(frame.scope, expr.name);
    case 'attribute':
      return chain(evaluate(expr.target, frame), (target) => {
        it.at = expr.at;
        return it.attribute(target, expr.name);
      });
    case 'call':
      return evaluateCall(expr, frame);
    case 'filter':
      return evaluateFilter(expr, frame);
    case 'binary':
      return chain(evaluate(expr.left, frame), (left) =>
        chain(evaluate(expr.right, frame), (right) => {
          it.at = expr.at;
          it.resume();
          return binary(expr.op, left, right);
        }),
      );
    case 'logic':
      return chain(evaluate(expr.left, frame), (left) => {
        it.at = expr.at;
        return isTrue(left) === (expr.op === 'or') ? left : evaluate(expr.right, frame);
      });
    case 'condition':
      return chain(evaluate(expr.test, frame), (test) => {
        it.at = expr.at;
        if (isTrue(test)) return evaluate(expr.chosen, frame);
        return expr.otherwise === undefined
          ? it.undefinedValue('if without else')
          : evaluate(expr.otherwise, frame);
      });
    case 'compare':
    case 'dict':
    case 'item':
    case 'list':
    case 'slice':
    case 'test':
    case 'tuple':
    case 'unary':
      return evaluateRare(expr, frame);
  }
}

type Rare = Exclude<
  Expr,
  { kind: 'const' | 'name' | 'attribute' | 'call' | 'filter' | 'binary' | 'logic' | 'condition' }
>;

function evaluateRare(expr: Rare, frame: Frame): Maybe<Value> {
  const { it } = frame;
  switch (expr.kind) {
    case 'list':
      return chain(evaluateAll(expr.items, frame), (items) => new JinjaList(items));
    case 'tuple':
      return chain(evaluateAll(expr.items, frame), (items) => new Tuple(items));
    case 'dict':
      return chain(
        mapInOrder(expr.pairs, (pair) => evaluateAll(pair, frame)),
        (pairs) => {
          it.at = expr.at;
          return new Dict(pairs.map(([key = null, value = null]) => [key, value]));
        },
      );
    case 'item':
      return chain(evaluateAll([expr.target, expr.key], frame), ([target = null, key = null]) => {
        it.at = expr.at;
        return it.item(target, key);
      });
    case 'slice': {
      const part = (bound: Expr | undefined): Maybe<Value> =>
        bound === undefined ? null : evaluate(bound, frame);
      return chain(evaluate(expr.target, frame), (target) =>
        chain(
          mapInOrder([expr.start, expr.stop, expr.step], part),
          ([start = null, stop = null, step = null]) => {
            it.at = expr.at;
            return sliceOf(target, start, stop, step);
          },
        ),
      );
    }
    case 'test':
      return evaluateTest(expr, frame);
    case 'unary':
      return chain(evaluate(expr.operand, frame), (operand) => {
        it.at = expr.at;
        return expr.op === 'not' ? !isTrue(operand) : signed(expr.op, operand);
      });
    case 'compare':
      return chain(evaluate(expr.first, frame), (first) => compareFrom(expr, 0, first, frame));
  }
}

/** Evaluates expressions from left to right. */
export function evaluateAll(exprs: readonly Expr[], frame: Frame): Maybe<Value[]> {
  return mapInOrder(exprs, (expr) => evaluate(expr, frame));
}

function compareFrom(expr: CompareExpr, index: number, left: Value, frame: Frame): Maybe<Value> {
  const step = expr.rest[index];
  if (step === undefined) return true;
  return chain(evaluate(step.value, frame), (right) => {
    frame.it.at = expr.at;
    frame.it.resume();
    if (!compare(step.op, left, right)) return false;
    return compareFrom(expr, index + 1, right, frame);
  });
}

/** Evaluated arguments of a call, a filter or a test. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

const NOTHING: readonly Value[] = [];
const NO_NAMES: ReadonlyMap<string, Value> = new Map();
const NO_ARGUMENTS: Arguments = { positional: NOTHING, named: NO_NAMES };

/** The arguments with `*` and `**` spread. */
export function evaluateArgs(args: Args, frame: Frame): Maybe<Arguments> {
  const { positional, named, star, doubleStar } = args;
  if (named.length === 0 && star === undefined && doubleStar === undefined) {
    if (positional.length === 0) return NO_ARGUMENTS;
    return chain(evaluateAll(positional, frame), (values) => ({ positional: values, named: NO_NAMES }));
  }
  const spread: Expr[] = [...positional, ...named.map(([, value]) => value)];
  if (star !== undefined) spread.push(star);
  if (doubleStar !== undefined) spread.push(doubleStar);
  return chain(evaluateAll(spread, frame), (values) => {
    const more = values.slice(positional.length + named.length);
    const names = new Map(named.map(([name], index) => [name, values[positional.length + index] ?? null]));
    const first = values.slice(0, positional.length);
    if (star !== undefined) first.push(...iterate(more.shift() ?? null));
    if (doubleStar !== undefined) spreadNames(more.shift() ?? null, names);
    return { positional: first, named: names };
  });
}

function spreadNames(value: Value, names: Map<string, Value>): void {
  if (value instanceof Undefined) refuseUndefined(value);
  if (!(value instanceof Dict))
    fail('JINJA_TYPE', `argument after ** must be a mapping, not ${typeName(value)}`);
  for (const [key, item] of value.entries()) {
    if (typeof key !== 'string') fail('JINJA_TYPE', 'keywords must be strings');
    if (names.has(key)) fail('JINJA_ARGUMENTS', `the argument '${key}' is given twice`);
    names.set(key, item);
  }
}

/** Calls what an expression names; `extra` is the caller of a call block. */
export function evaluateCall(expr: Expr & { kind: 'call' }, frame: Frame, extra?: Callable): Maybe<Value> {
  return chain(evaluate(expr.target, frame), (target) =>
    chain(evaluateArgs(expr.args, frame), ({ positional, named }) => {
      const { it } = frame;
      it.at = expr.at;
      const names = extra === undefined ? named : new Map([...named, ['caller', extra as Value] as const]);
      if (extra !== undefined && named.has('caller'))
        fail('JINJA_ARGUMENTS', "the argument 'caller' is given twice");
      return callValue(target, { positional, named: names }, frame);
    }),
  );
}

function callValue(target: Value, args: Arguments, { it }: Frame): Maybe<Value> {
  const { at, run } = it;
  const full = { positional: args.positional, named: args.named, at, run };
  it.resume();
  let result: Maybe<Value>;
  if (target instanceof Callable) result = target.call(full);
  else if (target instanceof HostObject && target.call !== undefined) result = target.call(full);
  else if (target instanceof Undefined) result = callUndefined(target, it.settings.callUndefined);
  else return fail('JINJA_TYPE', `'${typeName(target)}' object is not callable`);
  if (!(result instanceof Promise)) {
    chargeValue(result);
    return result;
  }
  if (it.settings.isAsync) return result;
  result.catch(() => undefined);
  return fail('JINJA_ASYNC', `${target instanceof Callable ? target.name : typeName(target)}() has to wait`);
}

function callUndefined(target: Undefined, mode: 'error' | 'undefined'): Value {
  return mode === 'undefined' && target.refusal === undefined ? target : refuseUndefined(target);
}

/** Applies a filter to its expression, or to a block's text at the head of a chain without one. */
export function evaluateFilter(expr: FilterExpr, frame: Frame, head?: string): Maybe<Value> {
  const { it } = frame;
  const input = filterInput(expr, frame, head);
  return chain(input, (value) =>
    chain(evaluateArgs(expr.args, frame), ({ positional, named }) => {
      it.at = expr.at;
      return it.filter(expr.name, value, positional, named);
    }),
  );
}

function filterInput(expr: FilterExpr, frame: Frame, head: string | undefined): Maybe<Value> {
  const { target } = expr;
  if (target === undefined) return head ?? '';
  return target.kind === 'filter' && head !== undefined
    ? evaluateFilter(target, frame, head)
    : evaluate(target, frame);
}

function evaluateTest(expr: TestExpr, frame: Frame): Maybe<Value> {
  const { it } = frame;
  return chain(evaluate(expr.target, frame), (value) =>
    chain(evaluateArgs(expr.args, frame), ({ positional, named }) => {
      it.at = expr.at;
      return it.test(expr.name, value, positional, named);
    }),
  );
}
