import { chargeSearch } from './meter.ts';
import { SPACE, isSpace } from './text.ts';

const SPACES = new RegExp(`[${SPACE}]+`);
const LINE_ENDS = '\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029]';
const LINE_BREAK = new RegExp(LINE_ENDS, 'g');

/** Python's `splitlines`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const found of text.matchAll(LINE_BREAK)) {
    const end = found.index + found[0].length;
    lines.push(text.slice(start, keepEnds ? end : found.index));
    start = end;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** Python's `split`: at white space without a separator, at most `most` times (negative: always). */
export function splitText(text: string, separator: string | undefined, most: number): string[] {
  if (separator !== undefined) return splitAt(text, separator, most);
  const parts: string[] = [];
  let rest = stripText(text, undefined, 'left');
  while (rest !== '') {
    if (most >= 0 && parts.length === most) {
      parts.push(rest);
      break;
    }
    const found = SPACES.exec(rest);
    if (found === null) {
      parts.push(rest);
      break;
    }
    parts.push(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
  }
  return parts;
}

function splitAt(text: string, separator: string, most: number): string[] {
  chargeSearch(text, separator);
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

/** Python's `rsplit`. */
export function splitTextRight(text: string, separator: string | undefined, most: number): string[] {
  if (separator !== undefined) {
    const parts = splitAtRight(text, separator);
    if (most < 0 || parts.length <= most + 1) return parts;
    const cut = parts.length - most;
    return [parts.slice(0, cut).join(separator), ...parts.slice(cut)];
  }
  const parts: string[] = [];
  let rest = stripText(text, undefined, 'right');
  while (rest !== '') {
    const start = lastSpaces(rest);
    if (start === undefined || (most >= 0 && parts.length === most)) {
      parts.push(rest);
      break;
    }
    parts.push(rest.slice(start.to));
    rest = rest.slice(0, start.from);
  }
  return parts.reverse();
}

/** Pieces found from the right, which differs where the separator overlaps itself. */
function splitAtRight(text: string, separator: string): string[] {
  chargeSearch(text, separator);
  const parts: string[] = [];
  let end = text.length;
  for (;;) {
    const at = end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length);
    if (at < 0) break;
    parts.push(text.slice(at + separator.length, end));
    end = at;
  }
  parts.push(text.slice(0, end));
  return parts.reverse();
}

function lastSpaces(text: string): { readonly from: number; readonly to: number } | undefined {
  let to = text.length;
  while (to > 0 && !isSpace(text.charAt(to - 1))) to -= 1;
  if (to === 0) return undefined;
  let from = to;
  while (from > 0 && isSpace(text.charAt(from - 1))) from -= 1;
  return { from, to };
}

const CLASS_SPACE = new RegExp(`[${SPACE}]`);

/** Python's `strip`, `lstrip`, `rstrip`: white space, or any of the given characters. */
export function stripText(text: string, chars: string | undefined, side: 'left' | 'right' | 'both'): string {
  const set = chars === undefined ? undefined : new Set(chars);
  const all = Array.from(text);
  const isStripped = (char: string | undefined): boolean => {
    if (char === undefined) return false;
    return set === undefined ? CLASS_SPACE.test(char) : set.has(char);
  };
  let from = 0;
  let to = all.length;
  if (side !== 'right') while (from < to && isStripped(all[from])) from += 1;
  if (side !== 'left') while (to > from && isStripped(all[to - 1])) to -= 1;
  return from === 0 && to === all.length ? text : all.slice(from, to).join('');
}

/** Python's `replace`; `most` negative replaces all. An empty `old` stands between the characters. */
export function replaceText(text: string, old: string, fresh: string, most: number): string {
  if (old === '') {
    const chars = Array.from(text);
    const count = most < 0 ? chars.length + 1 : Math.min(most, chars.length + 1);
    return (
      chars.map((char, index) => (index < count ? fresh : '') + char).join('') +
      (chars.length < count ? fresh : '')
    );
  }
  chargeSearch(text, old);
  if (most < 0) return text.replaceAll(old, () => fresh);
  return splitAt(text, old, most).join(fresh);
}

/** Python's `expandtabs`. */
export function expandTabs(text: string, size: number): string {
  let column = 0;
  let out = '';
  for (const char of text) {
    if (char === '\t') {
      const blanks = size > 0 ? size - (column % size) : 0;
      out += ' '.repeat(blanks);
      column += blanks;
    } else {
      out += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return out;
}
