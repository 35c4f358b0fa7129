/** What JSON can hold; a key whose value is undefined is not written. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Whether a value is an object with keys: not null, not a list. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy with the value at a dotted path set, or taken out when it is undefined. Objects on the way are made. */
export function withField(row: JsonObject, path: string, value: JsonValue | undefined): JsonObject {
  const dot = path.indexOf('.');
  const key = dot < 0 ? path : path.slice(0, dot);
  if (dot >= 0) {
    const inner = row[key];
    return { ...row, [key]: withField(isObject(inner) ? inner : {}, path.slice(dot + 1), value) };
  }
  const { [key]: _, ...rest } = row;
  return value === undefined ? rest : { ...rest, [key]: value };
}
