import type { Args, BinaryOp, CompareOp, Expr, FilterExpr, SequenceExpr } from './ast.ts';
import type { Token } from './lex.ts';
import { describe } from './token-stream.ts';
import type { TokenStream } from './token-stream.ts';

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** Names of constants, which nothing can be assigned to. */
export function isConstantName(name: string): boolean {
  return CONSTANTS.has(name);
}

// Higher binds tighter; all of them, the power too, associate to the left as in Jinja2.
const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['+', 1],
  ['-', 1],
  ['~', 2],
  ['*', 3],
  ['/', 3],
  ['//', 3],
  ['%', 3],
  ['**', 4],
]);

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** A full expression, `a if b else c` included. */
export function parseExpression(stream: TokenStream, withCondition = true): Expr {
  return stream.nested(() => (withCondition ? parseCondition(stream) : parseLogic(stream, 'or')));
}

function parseCondition(stream: TokenStream): Expr {
  let chosen = parseLogic(stream, 'or');
  while (stream.isName('if')) {
    const at = stream.location(stream.next());
    const test = parseLogic(stream, 'or');
    const otherwise = stream.skipName('else') ? parseExpression(stream) : undefined;
    chosen = { kind: 'condition', test, chosen, otherwise, at };
  }
  return chosen;
}

// Inner functions are avoided on the path of every expression: parsing is felt at the start of each command.
function parseLogic(stream: TokenStream, op: 'and' | 'or'): Expr {
  let left = op === 'or' ? parseLogic(stream, 'and') : parseNot(stream);
  while (stream.isName(op)) {
    const at = stream.location(stream.next());
    const right = op === 'or' ? parseLogic(stream, 'and') : parseNot(stream);
    left = { kind: 'logic', op, left, right, at };
  }
  return left;
}

function parseNot(stream: TokenStream): Expr {
  if (!stream.isName('not')) return parseCompare(stream);
  const at = stream.location(stream.next());
  return { kind: 'unary', op: 'not', operand: stream.nested(() => parseNot(stream)), at };
}

function parseCompare(stream: TokenStream): Expr {
  const first = parseBinary(stream, 1);
  const at = stream.location();
  const rest: { op: CompareOp; value: Expr }[] = [];
  for (let op = compareOp(stream); op !== undefined; op = compareOp(stream)) {
    rest.push({ op, value: parseBinary(stream, 1) });
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, at };
}

function compareOp(stream: TokenStream): CompareOp | undefined {
  const { current } = stream;
  if (current.type === 'op' && COMPARISONS.has(current.text)) return stream.next().text as CompareOp;
  if (stream.skipName('in')) return 'in';
  if (stream.isName('not') && stream.look().type === 'name' && stream.look().text === 'in') {
    stream.next();
    stream.next();
    return 'not in';
  }
  return undefined;
}

function parseBinary(stream: TokenStream, least: number): Expr {
  let left = parseUnary(stream, true);
  for (;;) {
    const { current } = stream;
    const precedence = current.type === 'op' ? PRECEDENCE.get(current.text) : undefined;
    if (precedence === undefined || precedence < least) return left;
    const at = stream.location(stream.next());
    const right = parseBinary(stream, precedence + 1);
    left = { kind: 'binary', op: current.text as BinaryOp, left, right, at };
  }
}

function parseUnary(stream: TokenStream, withFilter: boolean): Expr {
  let node: Expr;
  if (stream.isOp('-') || stream.isOp('+')) {
    const token = stream.next();
    const operand = stream.nested(() => parseUnary(stream, false));
    node = { kind: 'unary', op: token.text === '-' ? '-' : '+', operand, at: stream.location(token) };
  } else {
    node = parsePrimary(stream);
  }
  node = parsePostfix(stream, node);
  return withFilter ? parseFilters(stream, node) : node;
}

/** A literal, a name or something in brackets. */
export function parsePrimary(stream: TokenStream): Expr {
  const token = stream.current;
  const at = stream.location(token);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check
  switch (token.type) {
    case 'name': {
      stream.next();
      const constant = CONSTANTS.get(token.text);
      return constant === undefined
        ? { kind: 'name', name: token.text, at }
        : { kind: 'const', value: constant, at };
    }
    case 'string': {
      let value = '';
      while (stream.current.type === 'string') value += stream.next().text;
      return { kind: 'const', value, at };
    }
    case 'integer':
    case 'float':
      stream.next();
      return { kind: 'const', value: token.value ?? 0n, at };
    default:
      return parseBracketed(stream);
  }
}

function parseBracketed(stream: TokenStream): Expr {
  const token = stream.current;
  const at = stream.location(token);
  if (stream.skipOp('(')) {
    const inner = parseTuple(stream, { explicit: true });
    stream.expectOp(')');
    return inner;
  }
  if (stream.skipOp('[')) {
    return { kind: 'list', items: parseItems(stream, ']', () => parseExpression(stream)), at };
  }
  if (stream.skipOp('{')) {
    const pairs = parseItems(stream, '}', () => {
      const key = parseExpression(stream);
      stream.expectOp(':');
      return [key, parseExpression(stream)] as const;
    });
    return { kind: 'dict', pairs, at };
  }
  return stream.refuse(`unexpected ${describe(token)}`);
}

function parseItems<T>(stream: TokenStream, closing: string, parse: () => T): T[] {
  const items: T[] = [];
  while (!stream.isOp(closing)) {
    if (items.length > 0) {
      stream.expectOp(',');
      if (stream.isOp(closing)) break;
    }
    items.push(parse());
  }
  stream.next();
  return items;
}

export interface TupleOptions {
  /** Inside parentheses, where an empty tuple is an expression. */
  readonly explicit?: boolean;
  readonly withCondition?: boolean;
}

/** One expression, or several with commas between them: a tuple. */
export function parseTuple(stream: TokenStream, options: TupleOptions = {}): Expr {
  const at = stream.location();
  const items: Expr[] = [];
  let isTuple = false;
  while (!isTupleEnd(stream)) {
    items.push(parseExpression(stream, options.withCondition ?? true));
    if (!stream.skipOp(',')) break;
    isTuple = true;
  }
  const only = items[0];
  if (!isTuple && only !== undefined) return only;
  if (!isTuple && options.explicit !== true)
    stream.refuse(`expected an expression, got ${describe(stream.current)}`);
  const tuple: SequenceExpr = { kind: 'tuple', items, at };
  return tuple;
}

function isTupleEnd(stream: TokenStream): boolean {
  const { type } = stream.current;
  return type === 'variable_end' || type === 'block_end' || stream.isOp(')');
}

function parsePostfix(stream: TokenStream, start: Expr): Expr {
  let node = start;
  for (;;) {
    if (stream.isOp('.')) node = parseDot(stream, node);
    else if (stream.isOp('[')) node = parseSubscript(stream, node);
    else if (stream.isOp('(')) node = parseCall(stream, node);
    else return node;
  }
}

function parseFilters(stream: TokenStream, start: Expr): Expr {
  let node = start;
  for (;;) {
    if (stream.isOp('|')) {
      stream.next();
      node = parseFilter(stream, node);
    } else if (stream.isName('is')) node = parseTest(stream, node);
    else if (stream.isOp('(')) node = parseCall(stream, node);
    else return node;
  }
}

function parseCall(stream: TokenStream, target: Expr): Expr {
  return { kind: 'call', target, args: parseArgs(stream), at: startOf(target) };
}

/** Where an expression such as `a.b[0]` begins; a call is reported there. */
function startOf(expr: Expr): Expr['at'] {
  return expr.kind === 'attribute' || expr.kind === 'item' || expr.kind === 'slice'
    ? startOf(expr.target)
    : expr.at;
}

function parseDot(stream: TokenStream, target: Expr): Expr {
  stream.next();
  const token = stream.current;
  const at = stream.location(token);
  if (token.type !== 'name' && token.type !== 'integer')
    stream.refuse('expected a name or a number after the dot');
  stream.next();
  if (token.type === 'name') return { kind: 'attribute', target, name: token.text, at };
  return { kind: 'item', target, key: { kind: 'const', value: token.value ?? 0n, at }, at };
}

function parseSubscript(stream: TokenStream, target: Expr): Expr {
  const at = stream.location(stream.next());
  if (stream.isOp(':')) return finishSlice(stream, target, undefined, at);
  if (stream.skipOp(']')) return { kind: 'item', target, key: { kind: 'tuple', items: [], at }, at };
  const first = parseExpression(stream);
  if (stream.isOp(':')) return finishSlice(stream, target, first, at);
  if (stream.skipOp(']')) return { kind: 'item', target, key: first, at };
  const items = [first];
  while (!stream.isOp(']')) {
    stream.expectOp(',');
    items.push(parseExpression(stream));
  }
  stream.next();
  return { kind: 'item', target, key: { kind: 'tuple', items, at: first.at }, at };
}

function finishSlice(stream: TokenStream, target: Expr, start: Expr | undefined, at: Expr['at']): Expr {
  const part = (): Expr | undefined => {
    if (!stream.skipOp(':')) return undefined;
    return stream.isOp(']') || stream.isOp(':') ? undefined : parseExpression(stream);
  };
  const stop = part();
  const step = part();
  stream.expectOp(']');
  return { kind: 'slice', target, start, stop, step, at };
}

/** The arguments in parentheses: positional, named, `*` and `**`, in Jinja2's order. */
export function parseArgs(stream: TokenStream): Args {
  const open = stream.expectOp('(');
  const positional: Expr[] = [];
  const named: (readonly [string, Expr])[] = [];
  let star: Expr | undefined;
  let doubleStar: Expr | undefined;
  for (let isFirst = true; !stream.isOp(')'); isFirst = false) {
    if (!isFirst) {
      stream.expectOp(',');
      if (stream.isOp(')')) break;
    }
    if (stream.skipOp('*')) {
      if (star !== undefined || doubleStar !== undefined) refuseOrder(stream, open);
      star = parseExpression(stream);
    } else if (stream.skipOp('**')) {
      if (doubleStar !== undefined) refuseOrder(stream, open);
      doubleStar = parseExpression(stream);
    } else if (stream.current.type === 'name' && stream.look().type === 'op' && stream.look().text === '=') {
      if (doubleStar !== undefined) refuseOrder(stream, open);
      const name = stream.next().text;
      if (named.some(([other]) => other === name))
        stream.refuse(`the argument '${name}' is given twice`, open);
      stream.next();
      named.push([name, parseExpression(stream)]);
    } else {
      if (star !== undefined || doubleStar !== undefined || named.length > 0) refuseOrder(stream, open);
      positional.push(parseExpression(stream));
    }
  }
  stream.next();
  return { positional, named, star, doubleStar };
}

function refuseOrder(stream: TokenStream, open: Token): never {
  return stream.refuse('arguments in the wrong order: positional, then *, named ones, then **', open);
}

const NO_ARGS: Args = { positional: [], named: [] };

/** A filter's name and arguments, after the bar. */
export function parseFilter(stream: TokenStream, target: Expr | undefined): FilterExpr {
  const at = stream.location();
  const name = parseDottedName(stream, 'the name of a filter');
  return { kind: 'filter', target, name, args: stream.isOp('(') ? parseArgs(stream) : NO_ARGS, at };
}

function parseDottedName(stream: TokenStream, wanted: string): string {
  let name = stream.expect('name', wanted).text;
  while (stream.skipOp('.')) name += `.${stream.expect('name', wanted).text}`;
  return name;
}

const NO_TEST_ARGUMENT: ReadonlySet<string> = new Set(['else', 'or', 'and']);
const OPENERS: ReadonlySet<string> = new Set(['(', '[', '{']);

function parseTest(stream: TokenStream, target: Expr): Expr {
  const start = stream.next();
  const isNegated = stream.skipName('not');
  const at = stream.location();
  const name = parseDottedName(stream, 'the name of a test');
  let args = NO_ARGS;
  if (stream.isOp('(')) args = parseArgs(stream);
  else if (startsTestArgument(stream)) {
    if (stream.isName('is')) stream.refuse('tests cannot be chained with is');
    args = { positional: [parsePostfix(stream, parsePrimary(stream))], named: [] };
  }
  const test: Expr = { kind: 'test', target, name, args, at };
  return isNegated ? { kind: 'unary', op: 'not', operand: test, at: stream.location(start) } : test;
}

function startsTestArgument(stream: TokenStream): boolean {
  const { type, text } = stream.current;
  if (type === 'name') return !NO_TEST_ARGUMENT.has(text);
  return type === 'string' || type === 'integer' || type === 'float' || (type === 'op' && OPENERS.has(text));
}
