import { findEncodedPans } from './pan-encodings.ts';
import { findPans } from './pan-finder.ts';
import type { FoundPan } from './pan-finder.ts';
import { scrubNumber } from './pan-number.ts';
import { suspect } from './pan-prefilter.ts';
import type { PanHit, Scrubbed } from './protection.ts';

const nothing: readonly PanHit[] = [];

type TokenOf = (digits: string) => string;

/** Makes the function that replaces each card number in a text by `[PAN:<token>]`. */
export function createScrubber(tokenOf: TokenOf): (text: string) => Scrubbed {
  return (text) => {
    let clean = text;
    let hits = nothing;
    // What was replaced may have hidden something beside it, so that only a look that finds nothing is the last.
    for (;;) {
      const found = replaceOnce(clean, tokenOf);
      if (found.hits.length === 0) return { text: clean, hits };
      clean = found.text;
      hits = [...hits, ...found.hits];
    }
  };
}

function replaceOnce(text: string, tokenOf: TokenOf): Scrubbed {
  const suspicion = suspect(text);
  if (!suspicion.digits && !suspicion.encoded) return { text, hits: nothing };
  const encoded = suspicion.encoded ? encodedIn(text, tokenOf) : [];
  // Digits inside of base64 may look like a number of their own: they go with what they are part of.
  const clean = replaceAll(text, encoded);
  const plain = suspicion.digits ? plainIn(clean, tokenOf) : [];
  return { text: replaceAll(clean, plain), hits: [...encoded, ...plain].flatMap((each) => each.hits) };
}

function encodedIn(text: string, tokenOf: TokenOf): Replacement[] {
  return findEncodedPans(text).map(({ start, end, form, pans }) => ({
    start,
    end,
    hits: pans.map((pan) => toHit(pan, form, tokenOf)),
  }));
}

function plainIn(text: string, tokenOf: TokenOf): Replacement[] {
  return findPans(text).map((pan) => ({ ...pan, hits: [toHit(pan, 'plain', tokenOf)] }));
}

function toHit({ brand, digits }: FoundPan, form: PanHit['form'], tokenOf: TokenOf): PanHit {
  return { brand, digits: digits.length, form, token: tokenOf(digits) };
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly hits: readonly PanHit[];
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let from = 0;
  for (const { start, end, hits } of replacements) {
    result += text.slice(from, start) + hits.map(({ token }) => `[PAN:${token}]`).join('');
    from = end;
  }
  return from === 0 ? text : result + text.slice(from);
}

/** Scrubs every string and number of a JSON value, and the names in it; dotted paths in `skip` stay as they are. */
export function scrubJson(
  value: unknown,
  scrub: (text: string) => Scrubbed,
  skip: ReadonlySet<string> = new Set(),
): { readonly value: unknown; readonly hits: readonly PanHit[] } {
  const hits: PanHit[] = [];
  const note = <T extends { readonly hits: readonly PanHit[] }>(found: T): T => {
    hits.push(...found.hits);
    return found;
  };
  const walk = (each: unknown, path: string): unknown => {
    if (skip.has(path)) return each;
    if (typeof each === 'string') return note(scrub(each)).text;
    if (typeof each === 'number') return note(scrubNumber(each, scrub)).value;
    if (Array.isArray(each)) return each.map((inner: unknown) => walk(inner, `${path}[]`));
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(
      Object.entries(each).map(([name, inner]) => [
        note(scrub(name)).text,
        walk(inner, path === '' ? name : `${path}.${name}`),
      ]),
    );
  };
  return { value: walk(value, ''), hits };
}
