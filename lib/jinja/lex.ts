import { decodeLiteral } from './string-literal.ts';
import { SPACE, isSpace, trimEnd } from './text.ts';

export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'docs'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'op'
  | 'eof';

export interface Token {
  readonly type: TokenType;
  /** Operator, name or decoded text. */
  readonly text: string;
  readonly value: bigint | number | undefined;
  /** Offset of the first and behind the last character in the normalised source. */
  readonly start: number;
  readonly end: number;
}

/** Reports a syntax error at an offset; never returns. */
export type Refuse = (offset: number, message: string) => never;

const SPACES = new RegExp(`[${SPACE}]+`, 'y');
const NUMBER_START = /[0-9]/;
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const ASCII_NAME = /[A-Za-z_][A-Za-z0-9_]*(?![^\0-\x7f])/y;
const NAME = /[\p{L}\p{N}\p{M}\p{Pc}]+/uy;
const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u;
const STRING = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const OPERATOR = /\/\/|\*\*|[=!<>]=|[-+/*%~[\](){}<>=.:|,;]/y;
const RAW_BEGIN = new RegExp(`\\{%[-+]?[${SPACE}]*raw[${SPACE}]*(-?)%\\}`, 'y');
const RAW_END = new RegExp(`\\{%([-+]?)[${SPACE}]*endraw[${SPACE}]*([-+]?)%\\}`, 'g');
const DOCS_BEGIN = new RegExp(
  `\\{%[-+]?[${SPACE}]*docs[${SPACE}]+([A-Za-z0-9_]+)[${SPACE}]*([-+]?)%\\}`,
  'y',
);
const DOCS_END = new RegExp(`\\{%([-+]?)[${SPACE}]*enddocs[${SPACE}]*([-+]?)%\\}`, 'g');
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/** One newline convention, and one newline at the end less. */
export function normaliseSource(text: string): string {
  const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  return source.endsWith('\n') ? source.slice(0, -1) : source;
}

/** All tokens of a normalised source; comments and raw blocks are gone, white space control is applied. */
export function lex(source: string, refuse: Refuse): Token[] {
  return new Lexer(source, refuse).run();
}

class Lexer {
  readonly #source: string;
  readonly #refuse: Refuse;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(source: string, refuse: Refuse) {
    this.#source = source;
    this.#refuse = refuse;
  }

  run(): Token[] {
    const source = this.#source;
    for (;;) {
      const open = this.#nextOpening(this.#at);
      if (open < 0) break;
      const strips = source.charAt(open + 2) === '-';
      this.#data(this.#at, strips ? this.#at + trimEnd(source.slice(this.#at, open)).length : open);
      this.#at = open;
      this.#tag(source.charAt(open + 1));
    }
    this.#data(this.#at, source.length);
    this.#push('eof', '', source.length, source.length);
    return this.#tokens;
  }

  #nextOpening(from: number): number {
    for (let at = this.#source.indexOf('{', from); at >= 0; at = this.#source.indexOf('{', at + 1)) {
      const next = this.#source.charAt(at + 1);
      if (next === '{' || next === '%' || next === '#') return at;
    }
    return -1;
  }

  #tag(second: string): void {
    if (second === '#') return this.#comment();
    if (second === '%') {
      if (this.#raw() || this.#docs()) return;
    }
    const begin = this.#at;
    const sign = this.#source.charAt(begin + 2);
    this.#at = begin + (sign === '-' || sign === '+' ? 3 : 2);
    this.#push(second === '%' ? 'block_begin' : 'variable_begin', '', begin, this.#at);
    this.#inside(second === '%' ? '%}' : '}}', begin);
  }

  #comment(): void {
    const open = this.#at;
    const sign = this.#source.charAt(open + 2);
    const from = open + (sign === '-' || sign === '+' ? 3 : 2);
    const end = this.#source.indexOf('#}', from);
    // A comment or raw block that opens as the very last thing is let through, as in Jinja2.
    if (end < 0 && from < this.#source.length) this.#refuse(open, 'missing end of comment tag');
    if (end < 0) {
      this.#at = from;
      return;
    }
    this.#at = end + 2;
    if (end > from && this.#source.charAt(end - 1) === '-') this.#skipSpaces();
  }

  #raw(): boolean {
    const open = this.#match(RAW_BEGIN);
    if (open === undefined) return false;
    const from = this.#at + open[0].length;
    RAW_END.lastIndex = from;
    const end = RAW_END.exec(this.#source);
    if (end === null) {
      if (from < this.#source.length) this.#refuse(this.#at, 'missing end of raw directive');
      this.#at = from;
      return true;
    }
    this.#at = from;
    if (open[1] === '-') this.#skipSpaces();
    const stop = Math.max(this.#at, end.index);
    const inside = this.#source.slice(this.#at, stop);
    this.#data(this.#at, end[1] === '-' ? this.#at + trimEnd(inside).length : stop);
    this.#at = end.index + end[0].length;
    if (end[2] === '-') this.#skipSpaces();
    return true;
  }

  /** A docs block is prose: braces in it mean nothing, so it is cut out whole. */
  #docs(): boolean {
    const open = this.#match(DOCS_BEGIN);
    if (open === undefined) return false;
    DOCS_END.lastIndex = this.#at + open[0].length;
    const end = DOCS_END.exec(this.#source);
    if (end === null) this.#refuse(this.#at, `missing enddocs of docs ${open[1]}`);
    const name = open[1] ?? '';
    this.#push('docs', name, this.#at, end.index + end[0].length);
    this.#push('data', this.#source.slice(this.#at + open[0].length, end.index), this.#at, end.index);
    this.#at = end.index + end[0].length;
    if (end[2] === '-') this.#skipSpaces();
    return true;
  }

  #inside(closing: string, begin: number): void {
    const source = this.#source;
    const open: string[] = [];
    for (;;) {
      if (this.#at >= source.length) this.#refuse(begin, `this tag has no ${closing}`);
      if (open.length === 0 && this.#close(closing)) return;
      const char = source.charAt(this.#at);
      if (isSpace(char)) this.#skipSpaces();
      else this.#token(char, open);
    }
  }

  #close(closing: string): boolean {
    const sign = this.#source.charAt(this.#at);
    const signed = sign === '-' || (sign === '+' && closing === '%}');
    const from = signed ? this.#at + 1 : this.#at;
    if (!this.#source.startsWith(closing, from)) return false;
    this.#push(closing === '%}' ? 'block_end' : 'variable_end', '', this.#at, from + 2);
    this.#at = from + 2;
    if (sign === '-') this.#skipSpaces();
    return true;
  }

  #token(char: string, open: string[]): void {
    if (NUMBER_START.test(char) && this.#number()) return;
    const ascii = this.#match(ASCII_NAME);
    if (ascii !== undefined) return this.#take('name', ascii[0], ascii[0].length);
    const name = this.#match(NAME)?.[0];
    if (name !== undefined) {
      if (!IDENTIFIER.test(name)) this.#refuse(this.#at, `invalid character in identifier '${name}'`);
      return this.#take('name', name.normalize('NFKC'), name.length);
    }
    const string = this.#match(STRING)?.[0];
    if (string !== undefined) {
      const text = decodeLiteral(string.slice(1, -1));
      if (text === undefined) this.#refuse(this.#at, 'a string holds an escape that cannot be decoded');
      return this.#take('string', text, string.length);
    }
    const operator = this.#match(OPERATOR)?.[0];
    if (operator === undefined) this.#refuse(this.#at, `unexpected character '${char}'`);
    this.#balance(operator, open);
    this.#take('op', operator, operator.length);
  }

  #number(): boolean {
    const float = this.#source.charAt(this.#at - 1) === '.' ? undefined : this.#match(FLOAT)?.[0];
    if (float !== undefined) {
      this.#take('float', float, float.length, Number(float.replaceAll('_', '')));
      return true;
    }
    const integer = this.#match(INTEGER)?.[0];
    if (integer === undefined) return false;
    if (integer.length > 4300) this.#refuse(this.#at, 'an integer of more than 4300 digits');
    this.#take('integer', integer, integer.length, BigInt(integer.replaceAll('_', '')));
    return true;
  }

  #balance(operator: string, open: string[]): void {
    const closer = CLOSERS.get(operator);
    if (closer !== undefined) open.push(closer);
    else if (operator === ')' || operator === ']' || operator === '}') {
      const expected = open.pop();
      if (expected === operator) return;
      this.#refuse(
        this.#at,
        `unexpected '${operator}'${expected === undefined ? '' : `, expected '${expected}'`}`,
      );
    }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source) ?? undefined;
  }

  #skipSpaces(): void {
    this.#at += this.#match(SPACES)?.[0].length ?? 0;
  }

  #take(type: TokenType, text: string, length: number, value?: bigint | number): void {
    this.#push(type, text, this.#at, this.#at + length, value);
    this.#at += length;
  }

  #data(from: number, to: number): void {
    if (to > from) this.#push('data', this.#source.slice(from, to), from, to);
  }

  #push(type: TokenType, text: string, start: number, end: number, value?: bigint | number): void {
    this.#tokens.push({ type, text, value, start, end });
  }
}
