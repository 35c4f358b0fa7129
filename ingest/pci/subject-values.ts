import type { Copies } from './copies.ts';
import { decrypt, parseSealed, sealedInText } from './sealed.ts';
import type { SecretBytes } from './secret-bytes.ts';

/** One encrypted value of a person, at one place. */
export interface SealedValue {
  readonly place: string;
  /** Name of the field that holds it, where the text tells. */
  readonly field: string;
  readonly sealed: string;
}

/** Finds every value that some keys encrypt. */
export async function* findSealed(
  copies: readonly Copies[],
  keyIds: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<SealedValue> {
  if (keyIds.length === 0) return;
  const wanted = new Set(keyIds);
  for (const copy of copies) {
    for await (const { place, text } of copy.search(keyIds, signal)) {
      for (const match of text.matchAll(sealedInText)) {
        if (!wanted.has(match[1] ?? '')) continue;
        yield { place, field: fieldBefore(text, match.index), sealed: match[0] };
      }
    }
  }
}

/** What a value hides, given the keys of its person; undefined where its key is not among them. */
export function openSealed(sealed: string, keys: ReadonlyMap<string, SecretBytes>): unknown {
  const parts = parseSealed(sealed);
  const key = parts === undefined ? undefined : keys.get(parts.keyId);
  if (parts === undefined || key === undefined) return undefined;
  return JSON.parse(decrypt(key, parts.payload).toString()) as unknown;
}

/** The name in front of a value in JSON: `"email":"enc1_…`. */
function fieldBefore(text: string, index: number): string {
  return (
    /"((?:[^"\\]|\\.)*)"\s*:\s*\[?\s*(?:"[^"]*",\s*)*"$/.exec(
      text.slice(Math.max(0, index - 300), index),
    )?.[1] ?? ''
  );
}

/** Texts in a value that are long enough to be told from anything else, as they may stand in files. */
export function tellingTexts(value: unknown): string[] {
  if (typeof value === 'string') return value.trim().length < shortestTelling ? [] : writings(value.trim());
  if (typeof value === 'number' && String(value).length >= shortestTelling) return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tellingTexts) : [];
}

/** Shorter ones, such as a country or a postal code, are everybody's. */
const shortestTelling = 6;

function writings(text: string): string[] {
  return [...new Set([text, text.toLowerCase(), JSON.stringify(text).slice(1, -1)])];
}
