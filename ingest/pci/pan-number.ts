import type { PanHit, Scrubbed } from './protection.ts';

const shortestPan = 1e14;
const nothing: readonly PanHit[] = [];

/** A JSON number that is a card number becomes its replacement; every other number stays the number it was. */
export function scrubNumber(
  value: number,
  scrub: (text: string) => Scrubbed,
): { readonly value: string | number; readonly hits: readonly PanHit[] } {
  if (!Number.isInteger(value) || Math.abs(value) < shortestPan) return { value, hits: nothing };
  const { text, hits } = scrub(BigInt(value).toString());
  return hits.length === 0 ? { value, hits } : { value: text, hits };
}
