import type { BinaryOp, CompareOp } from './ast.ts';
import { fail } from './errors.ts';
import { formatPercent } from './format-percent.ts';
import { charge, chargeLink, chargeSearch, chargeSize, chargeText, checkSize } from './meter.ts';
import { numberOp, numberOf } from './numbers.ts';
import type { Num } from './numbers.ts';
import { DictView } from './objects.ts';
import { pointLength, points } from './text.ts';
import {
  Callable,
  Dict,
  HostObject,
  JinjaList,
  PySet,
  Tuple,
  Undefined,
  keyOf,
  refuseUndefined,
  chargeValue,
  textOf,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

/** Whether a value counts as true. */
export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  return isTrueObject(value);
}

function isTrueObject(value: JinjaList | Tuple | Dict | PySet | Undefined | Callable | HostObject): boolean {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items.length > 0;
    case 'dict':
      return value.size > 0;
    case 'set':
      return value.members.size > 0;
    case 'undefined':
      return value.refusal === undefined ? false : refuseUndefined(value);
    case 'callable':
      return true;
    case 'host':
      if (value.truthy !== undefined) return value.truthy();
      return value.length === undefined || value.length() > 0;
  }
}

/** Python's `==`. */
export function isEqual(left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') return isEqualText(left, right);
  if (left === right) return left === left;
  const a = numberOf(left);
  if (a !== undefined) {
    const b = numberOf(right);
    // A bigint and a float compare by value, exactly.
    // oxlint-disable-next-line eqeqeq
    return b !== undefined && a == b;
  }
  if (left instanceof Undefined || right instanceof Undefined) return isEqualUndefined(left, right);
  if (left instanceof JinjaList || left instanceof Tuple) return isEqualSequence(left, right);
  if (left instanceof Dict) return right instanceof Dict && isEqualDict(left, right);
  const leftSet = setView(left);
  if (leftSet !== undefined) {
    const rightSet = setView(right);
    return (
      rightSet !== undefined &&
      leftSet.size === rightSet.size &&
      leftSet.keys().every((key) => rightSet.has(key))
    );
  }
  return left instanceof HostObject && right instanceof HostObject && left.identity() === right.identity();
}

function isEqualText(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  chargeLink(left.length);
  return left === right;
}

function isEqualUndefined(left: Value, right: Value): boolean {
  for (const side of [left, right])
    if (side instanceof Undefined && side.refusal !== undefined) refuseUndefined(side);
  return left instanceof Undefined && right instanceof Undefined;
}

function isEqualSequence(left: JinjaList | Tuple, right: Value): boolean {
  if (!(right instanceof JinjaList || right instanceof Tuple) || right.kind !== left.kind) return false;
  if (right.items.length !== left.items.length) return false;
  charge(1);
  chargeSize(left.items.length);
  return left.items.every((item, index) => isSame(item, right.items[index] ?? null));
}

/** Equality of members: the same object is equal to itself, even nan. */
function isSame(left: Value, right: Value): boolean {
  return Object.is(left, right) || isEqual(left, right);
}

function isEqualDict(left: Dict, right: Dict): boolean {
  if (left.size !== right.size) return false;
  charge(1);
  chargeSize(left.size);
  for (const [key, value] of left.entries()) {
    const other = right.get(key);
    if (other === undefined || !isSame(value, other)) return false;
  }
  return true;
}

/** The members of a set, or of the keys of a dict, which compare like one. */
export function setView(value: Value): Dict | undefined {
  if (value instanceof PySet) return value.members;
  return value instanceof DictView && value.isSetLike ? value.members() : undefined;
}

/** Negative, zero or positive; undefined where neither is greater (nan). Refuses types that have no order. */
export function order(left: Value, right: Value, symbol: string): number | undefined {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : orderOfEqual(a, b);
  if (typeof left === 'string' && typeof right === 'string') return orderTexts(left, right);
  if (left instanceof JinjaList && right instanceof JinjaList)
    return orderItems(left.items, right.items, symbol);
  if (left instanceof Tuple && right instanceof Tuple) return orderItems(left.items, right.items, symbol);
  const hosted = left instanceof HostObject ? left.order?.(right) : undefined;
  if (hosted !== undefined) return hosted;
  for (const side of [left, right]) if (side instanceof Undefined) refuseUndefined(side);
  return fail(
    'JINJA_TYPE',
    `'${symbol}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function orderOfEqual(a: Num, b: Num): number | undefined {
  // oxlint-disable-next-line eqeqeq
  return a == b ? 0 : undefined;
}

/** By code points: JavaScript compares code units, which differ beyond the basic plane. */
function orderTexts(left: string, right: string): number {
  if (left === right) return 0;
  let at = 0;
  while (left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  chargeText(at);
  const a = left.charCodeAt(at);
  const b = right.charCodeAt(at);
  if (Number.isNaN(a) || Number.isNaN(b)) return left.length - right.length;
  const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
  if (isHigh(a) !== isHigh(b)) return isHigh(a) ? 1 : -1;
  return a - b;
}

function orderItems(left: readonly Value[], right: readonly Value[], symbol: string): number | undefined {
  const shared = Math.min(left.length, right.length);
  charge(1);
  chargeSize(shared);
  for (let index = 0; index < shared; index += 1) {
    const a = left[index] ?? null;
    const b = right[index] ?? null;
    if (!isSame(a, b)) return order(a, b, symbol);
  }
  return left.length - right.length;
}

const ORDERED: Readonly<Record<'<' | '<=' | '>' | '>=', (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** One step of a comparison. */
export function compare(op: CompareOp, left: Value, right: Value): boolean {
  switch (op) {
    case '==':
      return isEqual(left, right);
    case '!=':
      return !isEqual(left, right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const sets = compareSets(op, left, right);
      if (sets !== undefined) return sets;
      const found = order(left, right, op);
      return found !== undefined && ORDERED[op](found);
    }
  }
}

/** Sets are ordered by inclusion. */
function compareSets(op: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean | undefined {
  const a = setView(left);
  const b = setView(right);
  if (a === undefined || b === undefined) return undefined;
  const [small, large] = op.startsWith('<') ? [a, b] : [b, a];
  const isWithin = small.keys().every((key) => large.has(key));
  return isWithin && (op.endsWith('=') || small.size < large.size);
}

/** Python's `item in container`. */
export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') {
      chargeSearch(container, item);
      return container.includes(item);
    }
    return fail('JINJA_TYPE', `'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof Dict) return container.has(item);
  if (container instanceof DictView && container.keyDict() !== undefined)
    return container.keyDict()?.has(item) ?? false;
  if (container instanceof PySet) return container.members.has(item instanceof PySet ? frozen(item) : item);
  if (container instanceof HostObject && container.contains !== undefined) return container.contains(item);
  if (container instanceof JinjaList || container instanceof Tuple) charge(container.items.length / 4);
  for (const member of iterate(container)) if (isSame(member, item)) return true;
  return false;
}

function frozen(item: PySet): Value {
  return fail('JINJA_TYPE', `unhashable type: '${typeName(item)}'`);
}

/** The items a `for` goes through. */
export function iterate(value: Value): Iterable<Value> {
  if (value instanceof JinjaList || value instanceof Tuple) return value.items;
  chargeValue(value);
  if (typeof value === 'string') return points(value);
  if (value instanceof Dict) return value.keys();
  if (value instanceof PySet) return value.items;
  if (value instanceof Undefined) return value.refusal === undefined ? [] : refuseUndefined(value);
  if (value instanceof HostObject && value.iterate !== undefined) return value.iterate();
  return fail('JINJA_TYPE', `'${typeName(value)}' object is not iterable`);
}

/** The length of a value, or undefined where it has none. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return pointLength(value);
  if (value instanceof JinjaList || value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof PySet) return value.members.size;
  if (value instanceof Undefined) return value.refusal === undefined ? 0 : refuseUndefined(value);
  return value instanceof HostObject ? value.length?.() : undefined;
}

/** A binary operator on values, by Python's rules. */
export function binary(op: BinaryOp, left: Value, right: Value): Value {
  if (op === '~') return joined(textOf(left), textOf(right));
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return numberOp(op, a, b);
  if (op === '%' && typeof left === 'string') {
    chargeText(left.length);
    return formatPercent(left, right);
  }
  for (const side of [left, right]) if (side instanceof Undefined) return refuseUndefined(side);
  const operated = operateHost(op, left, right);
  if (operated !== undefined) return operated;
  const made =
    op === '+' ? concatenate(left, right) : op === '*' ? repeat(left, right) : setOp(op, left, right);
  if (made !== undefined) return made;
  return fail(
    'JINJA_TYPE',
    `unsupported operand type(s) for ${op}: '${typeName(left)}' and '${typeName(right)}'`,
    op === '+' ? 'Join texts and other values with ~.' : undefined,
  );
}

/** What an object of the host makes of it; the one on the left is asked first. */
function operateHost(op: Exclude<BinaryOp, '~'>, left: Value, right: Value): Value | undefined {
  if (op === '**') return undefined;
  const first = left instanceof HostObject ? left.operate?.(op, right, false) : undefined;
  if (first !== undefined) return first;
  return right instanceof HostObject ? right.operate?.(op, left, true) : undefined;
}

function concatenate(left: Value, right: Value): Value | undefined {
  if (typeof left === 'string' && typeof right === 'string') return joined(left, right);
  if (left instanceof JinjaList && right instanceof JinjaList)
    return new JinjaList(joinedItems(left.items, right.items));
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple(joinedItems(left.items, right.items));
  return undefined;
}

function joined(left: string, right: string): string {
  checkSize(left.length + right.length, 'a text');
  chargeLink(left.length + right.length);
  return left + right;
}

function joinedItems(left: readonly Value[], right: readonly Value[]): Value[] {
  checkSize(left.length + right.length, 'a list');
  chargeSize(left.length + right.length);
  return [...left, ...right];
}

function repeat(left: Value, right: Value): Value | undefined {
  if (typeof left === 'bigint' || typeof left === 'boolean') return repeatBy(right, BigInt(left));
  return typeof right === 'bigint' || typeof right === 'boolean' ? repeatBy(left, BigInt(right)) : undefined;
}

function repeatBy(value: Value, wanted: bigint): Value | undefined {
  const times = wanted < 0n ? 0n : wanted;
  const check = (length: number): number => {
    const size = Number(times) * length;
    checkSize(size, 'a repetition');
    if (typeof value === 'string') chargeText(size);
    else chargeSize(size);
    return length === 0 ? 0 : Number(times);
  };
  if (typeof value === 'string') return value.repeat(check(value.length));
  if (!(value instanceof JinjaList || value instanceof Tuple)) return undefined;
  const { items } = value;
  const repeated = Array.from({ length: check(items.length) }, () => items).flat();
  return value instanceof Tuple ? new Tuple(repeated) : new JinjaList(repeated);
}

function setOp(op: BinaryOp, left: Value, right: Value): Value | undefined {
  if (op !== '-') return undefined;
  const a = setView(left);
  const b = setView(right);
  if (a === undefined || b === undefined) return undefined;
  return new PySet(a.keys().filter((key) => !b.has(key)));
}

/** `-x`, `+x`. */
export function signed(op: '-' | '+', value: Value): Value {
  const number = numberOf(value);
  if (number !== undefined) return op === '-' ? -number : number;
  if (value instanceof Undefined) return refuseUndefined(value);
  if (op === '-' && value instanceof HostObject && value.negate !== undefined) return value.negate();
  return fail('JINJA_TYPE', `bad operand type for unary ${op}: '${typeName(value)}'`);
}

/** Refuses what cannot be a key of a dict or a member of a set. */
export function requireHashable(value: Value): Value {
  keyOf(value);
  return value;
}
