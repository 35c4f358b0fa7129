import { transformErrors } from '../errors.ts';
import { formatLocation, locate } from './location.ts';
import type { Location } from './location.ts';
import { nextToken } from './tokens.ts';
import type { Token } from './tokens.ts';

/** What an expression may be: literals, lists, dicts and calls. No operators: logic belongs into SQL. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly at: Location }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly at: Location }
  | {
      readonly kind: 'dict';
      readonly entries: ReadonlyArray<readonly [Expression, Expression]>;
      readonly at: Location;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly named: Readonly<Record<string, Expression>>;
      readonly at: Location;
    };

/** A template is text and expressions in turn. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly expression: Expression };

const opening = /\{\{|\{#|\{%/g;

/** Parses `{{ call(...) }}` and `{# comment #}`; anything it does not know is refused with its place. */
export function parseTemplate(file: string, source: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let position = 0;
  for (;;) {
    opening.lastIndex = position;
    const match = opening.exec(source);
    if (match === null) break;
    if (match.index > position) parts.push({ kind: 'text', text: source.slice(position, match.index) });
    if (match[0] === '{{') {
      const parser = new ExpressionParser(file, source, match.index + 2);
      parts.push({ kind: 'expression', expression: parser.parseWhole() });
      position = parser.end;
    } else {
      position = skipComment(file, source, match.index, match[0]);
    }
  }
  if (position < source.length) parts.push({ kind: 'text', text: source.slice(position) });
  return parts;
}

function skipComment(file: string, source: string, start: number, opener: string): number {
  const end = opener === '{#' ? source.indexOf('#}', start) : -1;
  if (end >= 0) return end + 2;
  const message =
    opener === '{#' ? 'this comment is never closed by #}' : 'statement blocks {% %} are not supported';
  throw syntaxError(message, locate(file, source, start));
}

function syntaxError(message: string, at: Location): Error {
  return transformErrors.error('TRANSFORM_TEMPLATE_SYNTAX', { message, where: formatLocation(at) });
}

class ExpressionParser {
  private readonly file: string;
  private readonly source: string;
  private position: number;
  private token: Token;

  constructor(file: string, source: string, position: number) {
    this.file = file;
    this.source = source;
    this.position = position;
    this.token = { kind: 'end', text: '', start: position, end: position };
    this.advance();
  }

  /** Offset after the closing braces; valid once {@link parseWhole} returned. */
  get end(): number {
    return this.position;
  }

  parseWhole(): Expression {
    const expression = this.parse();
    this.expect('}}');
    return expression;
  }

  private parse(): Expression {
    const { token } = this;
    const at = this.here();
    switch (token.kind) {
      case 'string':
      case 'number':
        this.advance();
        return { kind: 'literal', value: token.kind === 'string' ? token.text : Number(token.text), at };
      case 'name':
        this.advance();
        return this.parseName(token.text, at);
      case 'symbol':
        if (token.text === '[') return { kind: 'list', items: this.parseItems('[', ']'), at };
        if (token.text === '{') return this.parseDict(at);
        throw syntaxError(`unexpected "${token.text}"`, at);
      case 'end':
        throw syntaxError('the expression is never closed by }}', at);
    }
  }

  private parseName(name: string, at: Location): Expression {
    const constant = constants.get(name);
    if (constant !== undefined) return { kind: 'literal', value: constant.value, at };
    if (!this.is('(')) throw syntaxError(`"${name}" is not a call; write ${name}(...)`, at);
    return this.parseCall(name, at);
  }

  private parseCall(name: string, at: Location): Expression {
    const args: Expression[] = [];
    const named: Record<string, Expression> = {};
    this.expect('(');
    while (!this.is(')')) {
      const keyword = this.takeKeyword();
      if (keyword === undefined) args.push(this.parse());
      else named[keyword] = this.parse();
      if (!this.is(')')) this.expect(',');
    }
    this.expect(')');
    return { kind: 'call', name, args, named, at };
  }

  private takeKeyword(): string | undefined {
    if (this.token.kind !== 'name') return undefined;
    const { token } = this;
    const after = nextToken(this.source, this.position);
    if (after.text !== '=' || after.kind !== 'symbol') return undefined;
    this.advance();
    this.advance();
    return token.text;
  }

  private parseItems(open: string, close: string): Expression[] {
    const items: Expression[] = [];
    this.expect(open);
    while (!this.is(close)) {
      items.push(this.parse());
      if (!this.is(close)) this.expect(',');
    }
    this.expect(close);
    return items;
  }

  private parseDict(at: Location): Expression {
    const entries: Array<readonly [Expression, Expression]> = [];
    this.expect('{');
    while (!this.is('}')) {
      const key = this.parse();
      this.expect(':');
      entries.push([key, this.parse()]);
      if (!this.is('}')) this.expect(',');
    }
    this.expect('}');
    return { kind: 'dict', entries, at };
  }

  private is(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  private expect(symbol: string): void {
    if (!this.is(symbol)) {
      const found = this.token.kind === 'end' ? 'the end of the file' : `"${this.token.text}"`;
      throw syntaxError(`expected "${symbol}" but found ${found}`, this.here());
    }
    // The closing braces end the expression: what follows is text and must not be read as a token.
    if (symbol !== '}}') this.advance();
  }

  private here(): Location {
    return locate(this.file, this.source, this.token.start);
  }

  private advance(): void {
    this.token = nextToken(this.source, this.position);
    this.position = this.token.end;
  }
}

const constants: ReadonlyMap<string, { readonly value: boolean | null }> = new Map([
  ['true', { value: true }],
  ['false', { value: false }],
  ['none', { value: null }],
]);
