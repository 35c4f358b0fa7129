import type { Refuse, Token, TokenType } from './lex.ts';
import type { Locator, Location } from './location.ts';

/** How deeply expressions and blocks may be nested in the source. */
const MAX_NESTING = 120;

/** The tokens of a template with one of look-ahead, as the parsers of expressions and statements read them. */
export class TokenStream {
  readonly source: string;
  readonly #tokens: readonly Token[];
  readonly #locator: Locator;
  readonly #refuse: Refuse;
  #at = 0;
  #nesting = 0;
  current: Token;

  constructor(source: string, tokens: readonly Token[], locator: Locator, refuse: Refuse) {
    this.source = source;
    this.#tokens = tokens;
    this.#locator = locator;
    this.#refuse = refuse;
    this.current = this.#token(0);
  }

  #token(index: number): Token {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a token stream always ends with eof');
    return token;
  }

  next(): Token {
    const token = this.current;
    this.#at += 1;
    this.current = this.#token(this.#at);
    return token;
  }

  look(): Token {
    return this.#token(this.#at + 1);
  }

  previous(): Token {
    return this.#token(this.#at - 1);
  }

  location(token: Token = this.current): Location {
    return this.#locator.at(token.start);
  }

  isOp(text: string): boolean {
    return this.current.type === 'op' && this.current.text === text;
  }

  isName(text: string): boolean {
    return this.current.type === 'name' && this.current.text === text;
  }

  skipOp(text: string): boolean {
    if (!this.isOp(text)) return false;
    this.next();
    return true;
  }

  skipName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.next();
    return true;
  }

  expectOp(text: string): Token {
    return this.isOp(text) ? this.next() : this.refuse(`expected '${text}', got ${describe(this.current)}`);
  }

  expect(type: TokenType, wanted: string): Token {
    if (this.current.type === type) return this.next();
    return this.refuse(`expected ${wanted}, got ${describe(this.current)}`);
  }

  refuse(message: string, token: Token = this.current): never {
    return this.#refuse(token.start, message);
  }

  /** Runs a parser one level deeper; too many levels are refused before the stack is at risk. */
  nested<T>(parse: () => T): T {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) this.refuse(`nested more than ${MAX_NESTING} levels deep`);
    const result = parse();
    this.#nesting -= 1;
    return result;
  }
}

const WORDS: Partial<Record<TokenType, string>> = {
  eof: 'the end of the template',
  block_end: "'%}'",
  variable_end: "'}}'",
  block_begin: "'{%'",
  variable_begin: "'{{'",
  data: 'text',
};

/** A token in the words of an error message. */
export function describe(token: Token): string {
  return WORDS[token.type] ?? `'${token.text}'`;
}
