import type { FieldRules, StreamRules } from '../pci/field-rules.ts';
import { UnsafeNumber, holdsUnsafe, isJsonObject } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';

type Rule = FieldRules[string];

/**
 * Where an object has a number that cannot be held exactly in a field of which something would be kept; undefined:
 * nowhere. What is denied, or named by no rule, does not matter. Paths are those of the rules: a name that only the
 * object has may be anybody's text.
 */
export function findUnsafe(object: JsonObject, rules: StreamRules): string | undefined {
  // A rounded id of a person is another person's.
  const subjects = [rules.subject ?? []].flat();
  const subject = subjects.find((path) => valueAt(object, path) instanceof UnsafeNumber);
  return subject ?? inFields(object, rules.fields, '');
}

/** Such numbers rounded, for an object of which none of them is kept. */
export function rounded(object: JsonObject): JsonObject {
  return mapValues(object, (value) => replaced(value, ({ text }) => Number(text)));
}

/** Such numbers as text. */
export function spelledOut(object: JsonObject): JsonObject {
  return mapValues(object, (value) => replaced(value, ({ text }) => text));
}

function inFields(object: JsonObject, rules: FieldRules, prefix: string): string | undefined {
  for (const [name, rule] of Object.entries(rules)) {
    const value = object[name];
    const found = value === undefined ? undefined : inValue(value, rule, `${prefix}${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inValue(value: JsonValue, rule: Rule, path: string): string | undefined {
  if (typeof rule === 'string') return isKept(value, rule) ? path : undefined;
  if (!Array.isArray(rule)) {
    return isJsonObject(value) ? inFields(value, rule as FieldRules, `${path}.`) : undefined;
  }
  const [element] = rule as readonly [Rule];
  const elements: readonly JsonValue[] = Array.isArray(value) ? value : [];
  for (const each of elements) {
    const found = inValue(each, element, `${path}[]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Values that are sealed are sealed whole, whatever their shape; all other rules are for single values. */
function isKept(value: JsonValue, rule: string): boolean {
  if (rule === 'deny') return false;
  return rule.startsWith('subject') ? holdsUnsafe(value) : value instanceof UnsafeNumber;
}

function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  return path
    .split('.')
    .reduce<JsonValue | undefined>((at, name) => (isJsonObject(at) ? at[name] : undefined), object);
}

function replaced(value: JsonValue, replace: (found: UnsafeNumber) => JsonValue): JsonValue {
  if (value instanceof UnsafeNumber) return replace(value);
  if (Array.isArray(value)) return value.map((each: JsonValue) => replaced(each, replace));
  return isJsonObject(value) ? mapValues(value, (each) => replaced(each, replace)) : value;
}

function mapValues(object: JsonObject, change: (value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
