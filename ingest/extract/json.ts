import { randomUUID } from 'node:crypto';

/** What an API sends. */
export type JsonValue = string | number | boolean | null | UnsafeNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [name: string]: JsonValue };

/**
 * A whole number beyond 2^53, in the digits that came: as a JavaScript number it would be off by one, and an id that is
 * off by one belongs to somebody else. It is no number, no text and no object, so that nothing takes it for one.
 */
export class UnsafeNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Within hashes and identities of objects. */
  toJSON(): string {
    return this.text;
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof UnsafeNumber)
  );
}

/** Parses a body; undefined when it is not JSON. Whole numbers that cannot be held exactly are kept as what came. */
export function parseJson(text: string): JsonValue | undefined {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  return holdsUnsafe(value) ? parseExactly(text) : value;
}

/** Whether a number that cannot be held exactly is in a value, rounded or as it came. */
export function holdsUnsafe(value: JsonValue): boolean {
  if (typeof value === 'number') return isUnsafe(value);
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof UnsafeNumber) return true;
  for (const child of Object.values(value)) if (holdsUnsafe(child)) return true;
  return false;
}

/** Beyond the largest double, a number parses as infinite. */
function isUnsafe(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

const numbers = /-?\d[\d.eE+-]*/g;

/** A reviver does not see the source, so such numbers become texts behind a mark that nobody could have sent. */
function parseExactly(text: string): JsonValue {
  const mark = randomUUID();
  const marked = outsideStrings(text, (part) =>
    part.replace(numbers, (token) => (isUnsafe(Number(token)) ? `"${mark}${token}"` : token)),
  );
  return JSON.parse(marked, (_, value: JsonValue) =>
    typeof value === 'string' && value.startsWith(mark) ? new UnsafeNumber(value.slice(mark.length)) : value,
  ) as JsonValue;
}

/** Changes what stands between the strings of a JSON text, which is known to be valid. */
function outsideStrings(text: string, change: (part: string) => string): string {
  const parts: string[] = [];
  let at = 0;
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', at)) {
    const end = endOfString(text, open + 1);
    parts.push(change(text.slice(at, open)), text.slice(open, end));
    at = end;
  }
  return parts.join('') + change(text.slice(at));
}

/** Behind the closing quote: the first one that an even number of backslashes precedes. */
function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); ; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
}
