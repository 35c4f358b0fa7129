import { escapedPoint } from './text.ts';

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/**
 * The value of a string literal's inside, with Python's escapes. Unknown escapes keep their backslash.
 * Returns undefined for a broken one (`\x` without two hexadecimal digits).
 */
export function decodeLiteral(inside: string): string | undefined {
  if (!inside.includes('\\')) return inside;
  let out = '';
  for (let at = 0; at < inside.length;) {
    const char = inside.charAt(at);
    if (char !== '\\') {
      out += char;
      at += 1;
      continue;
    }
    const escape = decodeEscape(inside, at + 1);
    if (escape === undefined) return undefined;
    out += escape.text;
    at = escape.end;
  }
  return out;
}

interface Decoded {
  readonly text: string;
  readonly end: number;
}

function decodeEscape(inside: string, at: number): Decoded | undefined {
  const code = inside.codePointAt(at);
  if (code === undefined) return undefined;
  const char = String.fromCodePoint(code);
  const simple = SIMPLE.get(char);
  if (simple !== undefined) return { text: simple, end: at + 1 };
  const octal = /^[0-7]{1,3}/.exec(inside.slice(at, at + 3))?.[0];
  if (octal !== undefined)
    return { text: String.fromCharCode(Number.parseInt(octal, 8)), end: at + octal.length };
  const digits = HEX_DIGITS.get(char);
  if (digits !== undefined) return decodeHex(inside.slice(at + 1, at + 1 + digits), digits, at + 1);
  if (char === 'N') return undefined;
  // Jinja2 decodes the ASCII form of the text: a letter beyond it is spelled out after a lone backslash.
  return { text: code > 0x7f ? `\\${escapedPoint(code)}` : `\\${char}`, end: at + char.length };
}

function decodeHex(hex: string, digits: number, start: number): Decoded | undefined {
  if (hex.length !== digits || !/^[0-9a-f]+$/i.test(hex)) return undefined;
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? undefined : { text: String.fromCodePoint(code), end: start + digits };
}
