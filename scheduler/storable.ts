/** PostgreSQL takes no NUL into a text, nor half of a surrogate pair into JSON. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

/** The same at any depth of plain data, keys included. */
export function storableDeep<Value>(value: Value): Value {
  // Plain data goes in, and the same shape comes out.
  return deep(value) as Value;
}

function deep(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(deep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), deep(item)]));
}

/** Whether JSON that `JSON.stringify` wrote can be kept as it is: both are escaped there. */
export function isStorableJson(json: string): boolean {
  return !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json);
}
