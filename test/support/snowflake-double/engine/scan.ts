import { refused } from './refused.ts';

/** The parts of a name as the catalogue has them: unquoted ones in upper case. */
export type ObjectName = readonly string[];

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'variable' | 'stage' | 'symbol';
  /** Words in upper case; of quoted names and strings what they stand for. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const patterns: ReadonlyArray<readonly [Token['kind'] | 'blank', RegExp]> = [
  ['blank', /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y],
  ['string', /'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ['string', /\$\$[\s\S]*?\$\$/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['stage', /@(?:"[^"]*"|[^\s"'(),;])+/y],
  ['variable', /\$[A-Za-z0-9_]+/y],
  ['number', /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?/y],
  ['word', /[A-Za-z_][A-Za-z0-9_$]*/y],
  ['symbol', /::|=>|<>|!=|<=|>=|\|\||[\s\S]/y],
];

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

function meaning(kind: Token['kind'], text: string): string {
  if (kind === 'word') return text.toUpperCase();
  if (kind === 'quoted') return text.slice(1, -1).replaceAll('""', '"');
  if (kind !== 'string') return text;
  if (text.startsWith('$$')) return text.slice(2, -2);
  return text
    .slice(1, -1)
    .replaceAll(/''|\\([\s\S])/g, (all, escaped: string | undefined) =>
      escaped === undefined ? all.slice(1) : (escapes[escaped] ?? escaped),
    );
}

/** The tokens of a statement; blanks and comments are none. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let start = 0;
  while (start < sql.length) {
    const { kind, end } = match(sql, start);
    if (kind !== 'blank') tokens.push({ kind, text: meaning(kind, sql.slice(start, end)), start, end });
    start = end;
  }
  return tokens;
}

function match(sql: string, at: number): { kind: Token['kind'] | 'blank'; end: number } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    if (pattern.test(sql)) return { kind, end: pattern.lastIndex };
  }
  throw refused('syntax', `at ${at}`);
}

/** A statement read from left to right. */
export class Scan {
  readonly sql: string;
  private readonly tokens: readonly Token[];
  private readonly ignoreQuotedCase: boolean;
  private at = 0;

  constructor(sql: string, ignoreQuotedCase: boolean) {
    this.sql = sql;
    this.tokens = tokensOf(sql);
    this.ignoreQuotedCase = ignoreQuotedCase;
  }

  get isAtEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) throw refused('syntax', 'unexpected end of statement');
    this.at += 1;
    return token;
  }

  /** Whether the next tokens are these words and symbols, `or replace`. */
  sees(words: string): boolean {
    return words.split(' ').every((word, index) => isText(this.peek(index), word.toUpperCase()));
  }

  /** Takes them if they are there. */
  takes(words: string): boolean {
    if (!this.sees(words)) return false;
    this.at += words.split(' ').length;
    return true;
  }

  must(words: string): void {
    if (!this.takes(words)) this.fail();
  }

  mustEnd(): void {
    if (!this.isAtEnd) this.fail();
  }

  fail(): never {
    const token = this.peek();
    const shown = token === undefined ? '<EOF>' : this.sql.slice(token.start, token.end);
    throw refused('syntax', `line 1 at position ${token?.start ?? this.sql.length} unexpected '${shown}'.`);
  }

  /** One identifier as the catalogue has it. */
  identifier(): string {
    const token = this.next();
    if (token.kind === 'quoted') return this.ignoreQuotedCase ? token.text.toUpperCase() : token.text;
    if (token.kind === 'word') return token.text;
    this.at -= 1;
    return this.fail();
  }

  name(): ObjectName {
    const parts = [this.identifier()];
    while (this.takes('.')) parts.push(this.identifier());
    if (parts.length > 3) this.fail();
    return parts;
  }

  string(): string {
    if (this.peek()?.kind !== 'string') this.fail();
    return this.next().text;
  }

  integer(): number {
    const token = this.peek();
    if (token?.kind !== 'number' || !/^\d+$/.test(token.text)) this.fail();
    return Number(this.next().text);
  }

  /** A parameter's value as text: TRUE, 3600, 'UTC', a bare word. */
  value(): string {
    const sign = this.takes('-') ? '-' : '';
    const token = this.next();
    if (token.kind === 'symbol') this.fail();
    return sign + (token.kind === 'word' ? token.text.toLowerCase() : token.text);
  }

  /** The statement's text from the next token on; everything counts as read. */
  rest(): string {
    const token = this.peek();
    this.at = this.tokens.length;
    return token === undefined ? '' : this.sql.slice(token.start);
  }

  /** The text up to a word or symbol that stands outside of all brackets, which is not taken; or to the end. */
  textUntil(...stops: readonly string[]): string {
    const first = this.peek();
    let last = first;
    for (let depth = 0; !this.isAtEnd; this.at += 1) {
      const token = this.peek();
      if (token === undefined || (depth === 0 && stops.some((stop) => this.sees(stop)))) break;
      if (token.kind === 'symbol') depth += depthOf(token.text);
      if (depth < 0) break;
      last = token;
    }
    return first === undefined || last === undefined ? '' : this.sql.slice(first.start, last.end);
  }

  /** The text inside brackets that begin here. */
  bracketed(): string {
    this.must('(');
    const text = this.textUntil(')');
    this.must(')');
    return text;
  }

  /** The parts between commas of brackets that begin here. */
  list(): string[] {
    this.must('(');
    if (this.takes(')')) return [];
    const parts: string[] = [];
    do parts.push(this.textUntil(',', ')'));
    while (this.takes(','));
    this.must(')');
    return parts;
  }

  /** Identifiers in brackets. */
  names(): string[] {
    this.must('(');
    const names = [this.identifier()];
    while (this.takes(',')) names.push(this.identifier());
    this.must(')');
    return names;
  }

  /** A place to come back to. */
  get mark(): number {
    return this.at;
  }

  reset(mark: number): void {
    this.at = mark;
  }
}

const brackets: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 };

function depthOf(symbol: string): number {
  return brackets[symbol] ?? 0;
}

function isText(token: Token | undefined, text: string): boolean {
  return token !== undefined && (token.kind === 'word' || token.kind === 'symbol') && token.text === text;
}
