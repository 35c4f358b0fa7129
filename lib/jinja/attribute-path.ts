import type { Environment } from './environment.ts';
import { Undefined } from './values.ts';
import type { Value } from './values.ts';

/** Text compares and groups without regard to case unless a filter is told otherwise. */
export function foldCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function pathOf(attribute: Value): readonly Value[] {
  if (attribute === null) return [];
  if (typeof attribute !== 'string') return [attribute];
  return attribute.split('.').map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

/** Reads `a.b.0` from a value; a default takes the place of what is undefined on the way. */
export function attributeGetter(
  environment: Environment,
  attribute: Value,
  fallback: Value = null,
): (value: Value) => Value {
  const path = pathOf(attribute);
  return (value) => {
    let at = value;
    for (const part of path) {
      at = environment.item(at, part);
      if (fallback !== null && at instanceof Undefined) at = fallback;
    }
    return at;
  };
}

/** Reads several attributes, `a.b,c`. */
export function attributesGetter(environment: Environment, attribute: Value): (value: Value) => Value[] {
  const wanted = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const getters = wanted.map((one) => attributeGetter(environment, one));
  return (value) => getters.map((get) => get(value));
}
