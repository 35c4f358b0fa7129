import { bound, boundAt } from './method-table.ts';
import { DICT_METHODS, SET_METHODS } from './methods-dict.ts';
import { LIST_METHODS, TUPLE_METHODS } from './methods-list.ts';
import { FLOAT_METHODS, INT_METHODS } from './methods-number.ts';
import { TEXT_METHODS } from './methods-text.ts';
import { GroupTuple } from './objects.ts';
import { Dict, JinjaList, PySet, Tuple } from './values.ts';
import type { Value } from './values.ts';

const LIST_ENDS: ReadonlySet<string> = new Set(['append', 'pop']);
const DICT_COPIES: ReadonlySet<string> = new Set(['copy', 'popitem', 'clear']);
const SET_LOOKUPS: ReadonlySet<string> = new Set(['add', 'discard', 'remove']);

/** A method or attribute of a plain value; undefined (JavaScript's) where its type has none of that name. */
export function methodOf(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') return boundAt(TEXT_METHODS, value, name, 0);
  if (value instanceof Dict) {
    return boundAt(DICT_METHODS, value, name, DICT_COPIES.has(name) ? value.size : 0);
  }
  if (value instanceof JinjaList)
    return boundAt(LIST_METHODS, value, name, LIST_ENDS.has(name) ? 0 : value.items.length);
  if (value instanceof GroupTuple) return groupMethod(value, name);
  if (value instanceof Tuple) return boundAt(TUPLE_METHODS, value, name, value.items.length);
  if (value instanceof PySet)
    return boundAt(SET_METHODS, value, name, SET_LOOKUPS.has(name) ? 0 : value.members.size);
  return numberMethod(value, name);
}

function numberMethod(value: Value, name: string): Value | undefined {
  const int = typeof value === 'boolean' ? BigInt(value) : value;
  if (typeof int !== 'bigint' && typeof int !== 'number') return undefined;
  if (name === 'real') return int;
  if (name === 'imag') return typeof int === 'number' ? 0 : 0n;
  if (typeof int === 'number') return bound(FLOAT_METHODS, int, name);
  if (name === 'numerator') return int;
  return name === 'denominator' ? 1n : bound(INT_METHODS, int, name);
}

function groupMethod(value: GroupTuple, name: string): Value | undefined {
  const own = value.attribute(name);
  return own === undefined ? boundAt(TUPLE_METHODS, value, name, value.items.length) : own;
}
