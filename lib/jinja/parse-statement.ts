import { nearest } from '../edit-distance.ts';
import type { Body, Expr, Node, SetBlockNode, Target, WithNode } from './ast.ts';
import { failAt } from './errors.ts';
import type { Location } from './location.ts';
import { parseDefinition, parseSignature } from './parse-definition.ts';
import { isConstantName, parseExpression, parseFilter, parseTuple } from './parse-expression.ts';
import { describe } from './token-stream.ts';
import type { TokenStream } from './token-stream.ts';

type StatementParser = (stream: TokenStream, at: Location) => Node;

const STATEMENTS: ReadonlyMap<string, StatementParser> = new Map<string, StatementParser>([
  ['for', parseFor],
  ['if', parseIf],
  ['set', parseSet],
  ['with', parseWith],
  ['print', parsePrint],
  ['call', parseCallBlock],
  ['filter', parseFilterBlock],
  ['do', (stream, at) => ({ kind: 'do', value: (stream.next(), parseTuple(stream)), at })],
  ['break', (stream, at) => (stream.next(), { kind: 'break', at })],
  ['continue', (stream, at) => (stream.next(), { kind: 'continue', at })],
  ...(['macro', 'test', 'data_test', 'materialization', 'snapshot'] as const).map(
    (tag): [string, StatementParser] => [tag, (stream) => parseDefinition(stream, tag, parseBody)],
  ),
]);

const UNSUPPORTED: ReadonlySet<string> = new Set([
  'include',
  'import',
  'from',
  'extends',
  'block',
  'autoescape',
  'trans',
]);

/** Statements and text up to one of the end tags, which is left as the current token; up to the end without any. */
export function parseNodes(stream: TokenStream, ends: readonly string[]): Node[] {
  const nodes: Node[] = [];
  for (;;) {
    const token = stream.current;
    if (token.type === 'eof') {
      if (ends.length > 0) stream.refuse(`the template ends, but ${wanted(ends)} was expected`);
      return nodes;
    }
    if (token.type === 'docs') nodes.push(parseDocs(stream));
    else if (token.type === 'data')
      nodes.push({ kind: 'text', text: stream.next().text, at: stream.location(token) });
    else if (token.type === 'variable_begin') nodes.push(parseOutput(stream));
    else {
      stream.expect('block_begin', 'a tag');
      if (stream.current.type === 'name' && ends.includes(stream.current.text)) return nodes;
      nodes.push(stream.nested(() => parseStatement(stream, ends)));
      stream.expect('block_end', "'%}'");
    }
  }
}

function wanted(ends: readonly string[]): string {
  return ends.map((end) => `'${end}'`).join(' or ');
}

/** The rest of an opening tag, then a body that is a scope of its own. */
export function parseBody(stream: TokenStream, ends: readonly string[]): Body {
  return { nodes: parseBlock(stream, ends), hoisted: [] };
}

function parseBlock(stream: TokenStream, ends: readonly string[]): Node[] {
  stream.skipOp(':');
  stream.expect('block_end', "'%}'");
  return parseNodes(stream, ends);
}

function parseDocs(stream: TokenStream): Node {
  const token = stream.next();
  const bodyText = stream.next().text;
  const at = stream.location(token);
  const signature = {
    parameters: [],
    body: { nodes: [], hoisted: [] },
    uses: { varargs: false, kwargs: false, caller: false },
  };
  const definition = {
    kind: 'docs' as const,
    name: token.text,
    signature,
    adapter: undefined,
    supportedLanguages: undefined,
    raw: stream.source.slice(token.start, token.end),
    bodyText,
    at,
  };
  return { kind: 'macro', definition, at };
}

function parseOutput(stream: TokenStream): Node {
  const at = stream.location(stream.next());
  const value = parseTuple(stream);
  stream.expect('variable_end', "'}}'");
  return { kind: 'print', items: [value], at };
}

function parseStatement(stream: TokenStream, ends: readonly string[]): Node {
  const token = stream.current;
  if (token.type !== 'name') stream.refuse(`expected the name of a tag, got ${describe(token)}`);
  const parse = STATEMENTS.get(token.text);
  if (parse !== undefined) return parse(stream, stream.location(token));
  if (UNSUPPORTED.has(token.text)) {
    return failAt(
      'JINJA_UNSUPPORTED',
      `the tag '${token.text}' does not exist in SQL templates`,
      stream.location(token),
    );
  }
  if (ends.length > 0 && token.text.startsWith('end')) {
    stream.refuse(`unexpected tag '${token.text}'; ${wanted(ends)} was expected first`);
  }
  const near = nearest(token.text, STATEMENTS.keys());
  return stream.refuse(`unknown tag '${token.text}'${near === undefined ? '' : `; did you mean '${near}'?`}`);
}

function parseFor(stream: TokenStream, at: Location): Node {
  stream.next();
  const target = parseTarget(stream, {});
  if (!stream.skipName('in')) stream.refuse(`expected 'in', got ${describe(stream.current)}`);
  const iterable = parseTuple(stream, { withCondition: false });
  const filter = stream.skipName('if') ? parseExpression(stream) : undefined;
  const recursive = stream.skipName('recursive');
  const body = parseBody(stream, ['endfor', 'else']);
  let otherwise: Body = { nodes: [], hoisted: [] };
  if (stream.next().text === 'else') {
    otherwise = parseBody(stream, ['endfor']);
    stream.next();
  }
  return { kind: 'for', target, iterable, filter, recursive, body, otherwise, at };
}

function parseIf(stream: TokenStream, at: Location): Node {
  const branches: { test: Expr; body: readonly Node[] }[] = [];
  let otherwise: readonly Node[] = [];
  for (let word = 'if'; word === 'if' || word === 'elif'; word = stream.current.text) {
    stream.next();
    const test = parseTuple(stream, { withCondition: false });
    branches.push({ test, body: parseBlock(stream, ['elif', 'else', 'endif']) });
  }
  if (stream.next().text === 'else') {
    otherwise = parseBlock(stream, ['endif']);
    stream.next();
  }
  return { kind: 'if', branches, otherwise, at };
}

function parseSet(stream: TokenStream, at: Location): Node {
  stream.next();
  const target = parseTarget(stream, { withNamespace: true });
  if (stream.skipOp('=')) return { kind: 'set', target, value: parseTuple(stream), at };
  const filter = parseFilterChain(stream, undefined);
  const body = parseBody(stream, ['endset']);
  stream.next();
  const node: SetBlockNode = { kind: 'setBlock', target, filter, body, at };
  return node;
}

function parseFilterChain(stream: TokenStream, head: SetBlockNode['filter']): SetBlockNode['filter'] {
  let filter = head;
  while (stream.skipOp('|')) filter = parseFilter(stream, filter);
  return filter;
}

function parseWith(stream: TokenStream, at: Location): Node {
  stream.next();
  const bindings: WithNode['bindings'][number][] = [];
  while (stream.current.type !== 'block_end') {
    if (bindings.length > 0) stream.expectOp(',');
    const target = parseTarget(stream, {});
    stream.expectOp('=');
    bindings.push({ target, value: parseExpression(stream) });
  }
  const body = parseBody(stream, ['endwith']);
  stream.next();
  return { kind: 'with', bindings, body, at };
}

function parsePrint(stream: TokenStream, at: Location): Node {
  stream.next();
  const items: Expr[] = [];
  while (stream.current.type !== 'block_end') {
    if (items.length > 0) stream.expectOp(',');
    items.push(parseExpression(stream));
  }
  return { kind: 'print', items, at };
}

function parseCallBlock(stream: TokenStream, at: Location): Node {
  stream.next();
  const parameters = stream.isOp('(') ? parseSignature(stream) : [];
  const call = parseExpression(stream);
  if (call.kind !== 'call') return stream.refuse('a call block needs a call');
  const body = parseBody(stream, ['endcall']);
  stream.next();
  const uses = { varargs: false, kwargs: false, caller: false };
  return { kind: 'callBlock', call, signature: { parameters, body, uses }, at };
}

function parseFilterBlock(stream: TokenStream, at: Location): Node {
  stream.next();
  const filter = parseFilterChain(stream, parseFilter(stream, undefined));
  if (filter === undefined) return stream.refuse('a filter block needs a filter');
  const body = parseBody(stream, ['endfilter']);
  stream.next();
  return { kind: 'filterBlock', filter, body, at };
}

interface TargetOptions {
  readonly withNamespace?: boolean;
}

/** What stands left of an assignment: a name, `ns.attribute` where allowed, or several of them. */
function parseTarget(stream: TokenStream, options: TargetOptions): Target {
  const at = stream.location();
  const items: Target[] = [];
  let isTuple = false;
  while (!endsTarget(stream)) {
    items.push(parseOneTarget(stream, options));
    if (!stream.skipOp(',')) break;
    isTuple = true;
  }
  const only = items[0];
  if (only === undefined)
    return stream.refuse(`expected a name to assign to, got ${describe(stream.current)}`);
  return isTuple ? { kind: 'targets', items, at } : only;
}

function endsTarget(stream: TokenStream): boolean {
  return stream.current.type === 'block_end' || stream.isOp(')');
}

function parseOneTarget(stream: TokenStream, options: TargetOptions): Target {
  const at = stream.location();
  if (stream.skipOp('(')) {
    const inner = parseTarget(stream, {});
    stream.expectOp(')');
    return inner;
  }
  const { text } = stream.expect('name', 'a name to assign to');
  if (isConstantName(text)) stream.refuse(`'${text}' cannot be assigned to`);
  if (options.withNamespace === true && stream.skipOp('.')) {
    return {
      kind: 'namespace',
      name: text,
      attribute: stream.expect('name', 'the name of an attribute').text,
      at,
    };
  }
  return { kind: 'name', name: text, at };
}
