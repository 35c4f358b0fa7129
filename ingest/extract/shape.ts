import { isJsonObject } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { FieldShape, FieldType, ObjectShape } from './stream.ts';

/** How an object differs from what is known of its kind. Paths and types only, never a value. */
export interface ShapeFinding {
  readonly kind: 'vanished' | 'retyped' | 'unseen_value';
  readonly path: string;
  readonly type: FieldType | 'null' | 'absent';
  /** The object cannot be used as it is: what reads it would take one thing for another. */
  readonly isFatal: boolean;
}

/** Compares an object with the fields that are counted on. */
export function findShapeChanges(object: JsonObject, shape: ObjectShape): ShapeFinding[] {
  return Object.entries(shape).flatMap(([path, expected]) => compare(object, path, expected) ?? []);
}

function compare(object: JsonObject, path: string, expected: FieldShape): ShapeFinding | undefined {
  const value = valueAt(object, path);
  const { type, isNullable, known } = normalised(expected);
  const found = typeOf(value);
  const isNothing = found === 'null' || found === 'absent';
  // A parent that is null takes its fields with it; a field that is not there at all has vanished.
  if (isNothing && isNullable && (found === 'null' || !hasParent(object, path))) return undefined;
  if (isNothing) return { kind: 'vanished', path, type: found, isFatal: !isNullable };
  if (found !== type) return { kind: 'retyped', path, type: found, isFatal: true };
  if (known === undefined || known.includes(value as string)) return undefined;
  return { kind: 'unseen_value', path, type: found, isFatal: false };
}

interface Expected {
  readonly type: FieldType;
  readonly isNullable: boolean;
  readonly known: readonly string[] | undefined;
}

function normalised(shape: FieldShape): Expected {
  if (typeof shape !== 'string') {
    return { type: 'string', isNullable: shape.nullable === true, known: shape.oneOf };
  }
  const type = (shape.endsWith('?') ? shape.slice(0, -1) : shape) as FieldType;
  return { type, isNullable: shape.endsWith('?'), known: undefined };
}

function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  return path
    .split('.')
    .reduce<JsonValue | undefined>((at, name) => (isJsonObject(at) ? at[name] : undefined), object);
}

function hasParent(object: JsonObject, path: string): boolean {
  const dot = path.lastIndexOf('.');
  return dot < 0 || isJsonObject(valueAt(object, path.slice(0, dot)));
}

function typeOf(value: JsonValue | undefined): ShapeFinding['type'] {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as FieldType;
}
