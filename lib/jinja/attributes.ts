import { fail } from './errors.ts';
import { formatBraces } from './format-braces.ts';
import { chargeText } from './meter.ts';
import { methodOf } from './methods.ts';
import { bind, signature } from './signature.ts';
import { pointLength, pointSlice, points } from './text.ts';
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
import type { CallArguments, Value } from './values.ts';

/** `value.name`: a method or attribute first, then an item of that name; undefined (JavaScript's) for neither. */
export function attributeOf(value: Value, name: string): Value | undefined {
  const own = ownAttribute(value, name);
  return own === undefined ? keyedItem(value, name) : own;
}

/** `value[key]`: an item first, then an attribute of that name. */
export function itemOf(value: Value, key: Value): Value | undefined {
  const item = keyedItem(value, key);
  return item === undefined && typeof key === 'string' ? ownAttribute(value, key) : item;
}

function ownAttribute(value: Value, name: string): Value | undefined {
  if (value instanceof Undefined) return value.refusal === undefined ? value : refuseUndefined(value);
  if (value instanceof HostObject) return value.attribute(name);
  // As in Jinja2's sandbox, nothing that starts with an underscore is an attribute of a plain value.
  if (name.startsWith('_')) return undefined;
  if (value instanceof Callable) return value.attributes.get(name);
  const format = typeof value === 'string' ? FORMATS.get(name) : undefined;
  return format === undefined
    ? methodOf(value, name)
    : new Callable(name, (args) => format(value as string, args));
}

const ACCESS = { attributeOf, itemOf };
const MAPPING = signature('mapping, /');

// The two methods of texts that look into values themselves.
const FORMATS: ReadonlyMap<string, (self: string, args: CallArguments) => Value> = new Map([
  ['format', (self: string, args: CallArguments) => formatBraces(ACCESS, self, args.positional, args.named)],
  [
    'format_map',
    (self: string, args: CallArguments) => {
      const [mapping = null] = bind('format_map', MAPPING, args.positional, args.named).values;
      return formatBraces(ACCESS, self, undefined, mapping);
    },
  ],
]);

function keyedItem(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return isHashable(key) ? value.get(key) : undefined;
  if (value instanceof HostObject) return value.item?.(key);
  const index = indexOf(key);
  if (index === undefined) return undefined;
  if (value instanceof JinjaList || value instanceof Tuple) return value.items.at(clampIndex(index));
  if (typeof value !== 'string') return undefined;
  chargeText(value.length);
  const chars = points(value);
  return chars.at(clampIndex(index));
}

function isHashable(key: Value): boolean {
  if (key instanceof Tuple) return key.items.every(isHashable);
  return !(
    key instanceof JinjaList ||
    key instanceof Dict ||
    (typeof key === 'object' && key?.kind === 'set')
  );
}

function indexOf(key: Value): bigint | undefined {
  if (typeof key === 'bigint') return key;
  return typeof key === 'boolean' ? BigInt(key) : undefined;
}

function clampIndex(index: bigint): number {
  return index > 2n ** 40n || index < -(2n ** 40n) ? Number.MAX_SAFE_INTEGER : Number(index);
}

/** `value[start:stop:step]` of texts, lists and tuples. */
export function sliceOf(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) return value.refusal === undefined ? value : refuseUndefined(value);
  chargeValue(value);
  if (typeof value === 'string') {
    const picked = sliceIndexes(pointLength(value), start, stop, step);
    if (picked.step === 1) return pointSlice(value, picked.from, Math.max(picked.from, picked.to));
    const chars = points(value);
    return pick(chars, picked).join('');
  }
  if (value instanceof JinjaList)
    return new JinjaList(pick(value.items, sliceIndexes(value.items.length, start, stop, step)));
  if (value instanceof Tuple)
    return new Tuple(pick(value.items, sliceIndexes(value.items.length, start, stop, step)));
  if (value instanceof HostObject && value.slice !== undefined) return value.slice(start, stop, step);
  return fail('JINJA_TYPE', `'${typeName(value)}' object is not sliceable`);
}

export interface SliceIndexes {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Python's `slice.indices(length)`. */
export function sliceIndexes(length: number, start: Value, stop: Value, step: Value): SliceIndexes {
  const by = sliceIndex(step) ?? 1;
  if (by === 0) fail('JINJA_TYPE', 'slice step cannot be zero');
  const [low, high] = by > 0 ? [0, length] : [-1, length - 1];
  const bound = (value: Value, otherwise: number): number => {
    const index = sliceIndex(value);
    if (index === undefined) return otherwise;
    return Math.min(high, Math.max(low, index < 0 ? index + length : index));
  };
  return { from: bound(start, by > 0 ? low : high), to: bound(stop, by > 0 ? high : low), step: by };
}

function sliceIndex(value: Value): number | undefined {
  if (value === null) return undefined;
  const index = indexOf(value);
  if (index !== undefined) return Number(index);
  if (value instanceof Undefined) return refuseUndefined(value);
  return fail('JINJA_TYPE', `slice indices must be integers or None, not ${typeName(value)}`);
}

function pick<T>(items: readonly T[], { from, to, step }: SliceIndexes): T[] {
  const picked: T[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) {
    const item = items[at];
    if (item !== undefined) picked.push(item);
  }
  return picked;
}
