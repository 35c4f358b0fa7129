/** What a piece of text is to somebody who looks for digits. */
export interface Unit {
  /** 0-9: a digit. `space`, `mark`: may stand between the digits of one number. */
  readonly kind: number | 'space' | 'mark' | 'other';
  readonly length: number;
}

/**
 * Spaces, dashes and characters without width: people and programs put them between groups of a number. Marks divide
 * other things too (decimals, paths, dates), so numbers divided by them are believed only in groups.
 */
const dashes = /^[-\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]$/u;
/** Spaces of any width, and format characters: without width, of direction, soft hyphens. */
const spaces = /^[\s\p{Cf}\p{Mn}]$/u;
const marks = /^[._/\\+\u00b7\u2022\u2024\u2027\u2219\u22c5\u30fb\uff0e\uff0f\uff3f\uff65]$/u;

const byCode = new Map<number, Unit>();

/** The piece that begins at an index: a character, or an escape that stands for one. */
export function unitAt(text: string, index: number): Unit {
  const code = text.codePointAt(index) ?? 0;
  if (code >= 48 && code <= 57) return { kind: code - 48, length: 1 };
  return escapeAt(text, index, code) ?? plainUnit(code);
}

const escapes: Readonly<Record<number, RegExp>> = {
  // %20, and characters of several bytes.
  37: /%(?:[cC][2-9a-fA-F]|[dD][0-9a-fA-F])%[0-9a-fA-F]{2}|%[eE][0-9a-fA-F](?:%[0-9a-fA-F]{2}){2}|%[fF][0-4](?:%[0-9a-fA-F]{2}){3}|%[0-7][0-9a-fA-F]/y,
  // &#52; and &nbsp;
  38: /&(?:#x?[0-9a-fA-F]{1,6}|nbsp|thinsp|ensp|emsp|shy|ndash|mdash|minus|middot|zwnj|zwj);/y,
  // JSON inside a text: \u00a0, \n
  92: /\\(?:u[0-9a-fA-F]{4}|[nrt])/y,
};

function escapeAt(text: string, index: number, code: number): Unit | undefined {
  const pattern = escapes[code];
  if (pattern === undefined) return undefined;
  pattern.lastIndex = index;
  const found = pattern.exec(text)?.[0];
  if (found === undefined) return undefined;
  const meant = unescaped(found);
  return meant === undefined ? undefined : { kind: plainUnit(meant).kind, length: found.length };
}

function unescaped(escape: string): number | undefined {
  if (escape.startsWith('%')) return Buffer.from(escape.replaceAll('%', ''), 'hex').toString().codePointAt(0);
  if (escape.startsWith('\\u')) return Number.parseInt(escape.slice(2), 16);
  if (escape.startsWith('\\')) return 32;
  const numeric = /^&#(x?)([0-9a-f]+);$/i.exec(escape);
  // Every named one in the pattern is a space, a dash or a dot in the middle.
  if (numeric === null) return escape === '&middot;' ? 0xb7 : 32;
  const code = Number.parseInt(numeric[2] ?? '', numeric[1] === '' ? 10 : 16);
  return code <= 0x10ffff ? code : undefined;
}

function plainUnit(code: number): Unit {
  const known = byCode.get(code);
  if (known !== undefined) return known;
  const unit = classify(code);
  byCode.set(code, unit);
  return unit;
}

function classify(code: number): Unit {
  const character = String.fromCodePoint(code);
  const { length } = character;
  const digit = digitValue(character, code);
  if (digit !== undefined) return { kind: digit, length };
  if (spaces.test(character) || dashes.test(character)) return { kind: 'space', length };
  return { kind: marks.test(character) ? 'mark' : 'other', length };
}

/** Full-width, circled and superscript digits by compatibility; the other scripts' by their place in a run of ten. */
function digitValue(character: string, code: number): number | undefined {
  const compatible = character.normalize('NFKC');
  if (/^\d$/.test(compatible)) return Number(compatible);
  if (!/^\p{Nd}$/u.test(character)) return undefined;
  let zero = code;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return (code - zero) % 10;
}
