import { bound } from './method-table.ts';
import { DICT_METHODS, SET_METHODS } from './methods-dict.ts';
import { LIST_METHODS, TUPLE_METHODS } from './methods-list.ts';
import { FLOAT_METHODS, INT_METHODS } from './methods-number.ts';
import { TEXT_METHODS } from './methods-text.ts';
import { GroupTuple } from './objects.ts';
import { Dict, JinjaList, PySet, Tuple } from './values.ts';
import type { Value } from './values.ts';

/** A method or attribute of a plain value; undefined (JavaScript's) where its type has none of that name. */
export function methodOf(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') return bound(TEXT_METHODS, value, name);
  if (value instanceof Dict) return bound(DICT_METHODS, value, name);
  if (value instanceof JinjaList) return bound(LIST_METHODS, value, name);
  if (value instanceof GroupTuple) return groupMethod(value, name);
  if (value instanceof Tuple) return bound(TUPLE_METHODS, value, name);
  if (value instanceof PySet) return bound(SET_METHODS, value, name);
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
  return own === undefined ? bound(TUPLE_METHODS, value, name) : own;
}
