import { chargeText, checkSize } from './meter.ts';

/** White space as Python's `str.isspace`, `strip` and `split` see it (JavaScript's `\s` differs at both ends). */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const ALL_SPACE = new RegExp(`^[${SPACE}]+$`);
const SURROGATE = /[\ud800-\udfff]/;
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

const SPACES = new Set(
  Array.from({ length: 0x3001 }, (_, code) => String.fromCharCode(code)).filter((char) =>
    ALL_SPACE.test(char),
  ),
);

/** Whether a single character is white space. */
export function isSpace(char: string): boolean {
  return SPACES.has(char);
}

/** The text without trailing white space; scans from the end, so that long texts cost nothing. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACES.has(text.charAt(end - 1))) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/** Whether code units and code points differ in this text. */
export function isWide(text: string): boolean {
  return SURROGATE.test(text);
}

/** Length in code points. */
export function pointLength(text: string): number {
  return isWide(text) ? Array.from(text).length : text.length;
}

/** The characters (code points) of a text. */
export function points(text: string): string[] {
  return isWide(text) ? Array.from(text) : text.split('');
}

/** Code points `from` up to `to`. */
export function pointSlice(text: string, from: number, to: number): string {
  return isWide(text) ? Array.from(text).slice(from, to).join('') : text.slice(from, to);
}

/** Pads to a width in code points. */
export function padText(text: string, width: number, side: 'left' | 'right' | 'both', fill = ' '): string {
  const missing = width - pointLength(text);
  if (missing <= 0) return text;
  checkSize(width, 'a text');
  chargeText(missing);
  if (side === 'left') return fill.repeat(missing) + text;
  if (side === 'right') return text + fill.repeat(missing);
  // Python's centre gives the odd blank to the left only when the width is odd as well.
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A string as Python's repr writes it. */
export function quoteText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('\\') && !text.includes(quote))
    return quote + text + quote;
  let out = '';
  for (const char of text) out += char === quote ? `\\${char}` : (ESCAPES.get(char) ?? printable(char));
  return quote + out + quote;
}

function printable(char: string): string {
  if (char === ' ' || !UNPRINTABLE.test(char)) return char;
  return `\\${escapedPoint(char.codePointAt(0) ?? 0)}`;
}

/** A code point as Python escapes it, without the backslash: `x41`, `u20ac`, `U0001f600`. */
export function escapedPoint(code: number): string {
  if (code <= 0xff) return `x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `u${code.toString(16).padStart(4, '0')}` : `U${code.toString(16).padStart(8, '0')}`;
}
