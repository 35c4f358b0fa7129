import { fail } from './errors.ts';
import { isTrue } from './operators.ts';
import { Dict, HostObject, Undefined, refuseUndefined, typeName } from './values.ts';
import type { Value } from './values.ts';

/** An argument that must be an int; bools count as one. */
export function asInt(value: Value | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Undefined) return refuseUndefined(value);
  return fail('JINJA_TYPE', `'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** An argument that must be a text. */
export function asText(value: Value | undefined, otherwise = ''): string {
  if (value === undefined) return otherwise;
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) return refuseUndefined(value);
  return fail('JINJA_TYPE', `must be str, not ${typeName(value)}`);
}

/** An argument that counts as true or false. */
export function asFlag(value: Value | undefined): boolean {
  return value !== undefined && isTrue(value);
}

/** The entries of a mapping; everything else is refused. */
export function entriesOf(value: Value): (readonly [Value, Value])[] {
  if (value instanceof Dict) return [...value.entries()];
  if (value instanceof HostObject && value.isMapping) {
    return Array.from(value.iterate?.() ?? [], (key) => [key, value.item?.(key) ?? null] as const);
  }
  if (value instanceof Undefined) return refuseUndefined(value);
  return fail('JINJA_TYPE', `a mapping is needed, not ${typeName(value)}`);
}
