import { parseSql } from '../parse.ts';
import type { ParsedStatement } from '../parse.ts';

const mostTexts = 2000;
const longestKept = 16_384;

/**
 * Parses what comes again and again only once, and gives the same statements for it: what was worked out for one of them
 * is found by it. Of all connections together.
 */
export function createParsedTexts(): (text: string) => readonly ParsedStatement[] {
  const known = new Map<string, readonly ParsedStatement[]>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) {
      // The map is in order of use: what was not asked for longest goes first.
      known.delete(text);
      known.set(text, found);
      return found;
    }
    const parsed = parseSql(text);
    if (text.length > longestKept) return parsed;
    known.set(text, parsed);
    const [oldest] = known.keys();
    if (known.size > mostTexts && oldest !== undefined) known.delete(oldest);
    return parsed;
  };
}
