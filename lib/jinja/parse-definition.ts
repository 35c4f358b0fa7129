import type { Body, MacroDefinition, MacroKind, Node, Parameter } from './ast.ts';
import { isConstantName, parseExpression } from './parse-expression.ts';
import type { TokenStream } from './token-stream.ts';

type DefinitionTag = 'macro' | 'test' | 'data_test' | 'materialization' | 'snapshot';

const KINDS: Readonly<Record<DefinitionTag, MacroKind>> = {
  macro: 'macro',
  test: 'test',
  data_test: 'test',
  materialization: 'materialization',
  snapshot: 'snapshot',
};

const ENDS: Readonly<Record<DefinitionTag, readonly string[]>> = {
  macro: ['endmacro'],
  test: ['endtest', 'enddata_test'],
  data_test: ['endtest', 'enddata_test'],
  materialization: ['endmaterialization'],
  snapshot: ['endsnapshot'],
};

interface Head {
  readonly parameters: readonly Parameter[];
  readonly adapter?: string;
  readonly supportedLanguages?: readonly string[];
}

/** A block that defines a macro, a test, a materialization or a snapshot, from its tag's name on. */
export function parseDefinition(
  stream: TokenStream,
  tag: DefinitionTag,
  parseBody: (stream: TokenStream, ends: readonly string[]) => Body,
): Node {
  const opening = stream.previous();
  const at = stream.location(stream.next());
  const name = stream.expect('name', `the name of the ${tag}`).text;
  const head = HEADS[tag](stream);
  const bodyStart = stream.current.end;
  const body = parseBody(stream, ENDS[tag]);
  const definition: MacroDefinition = {
    kind: KINDS[tag],
    name,
    signature: { parameters: head.parameters, body, uses: { varargs: false, kwargs: false, caller: false } },
    adapter: head.adapter,
    supportedLanguages: head.supportedLanguages,
    ...sourceOf(stream, opening.start, bodyStart),
    at,
  };
  stream.next();
  return { kind: 'macro', definition, at };
}

/** The block's text: the current token is the name in its end tag. */
function sourceOf(
  stream: TokenStream,
  start: number,
  bodyStart: number,
): { readonly raw: string; readonly bodyText: string } {
  const { source } = stream;
  const endTag = stream.previous();
  const close = source.indexOf('%}', stream.current.end);
  const raw = source.slice(start, close < 0 ? source.length : close + 2);
  return { raw, bodyText: source.slice(bodyStart, endTag.start) };
}

const HEADS: Readonly<Record<DefinitionTag, (stream: TokenStream) => Head>> = {
  macro: (stream) => ({ parameters: parseSignature(stream) }),
  test: (stream) => ({ parameters: parseSignature(stream) }),
  data_test: (stream) => ({ parameters: parseSignature(stream) }),
  materialization: parseMaterializationHead,
  snapshot: () => ({ parameters: [] }),
};

/** The parameters in parentheses, with their defaults. */
export function parseSignature(stream: TokenStream): Parameter[] {
  const parameters: Parameter[] = [];
  stream.expectOp('(');
  while (!stream.isOp(')')) {
    if (parameters.length > 0) stream.expectOp(',');
    const name = stream.expect('name', 'the name of a parameter').text;
    if (isConstantName(name)) stream.refuse(`'${name}' cannot be the name of a parameter`);
    if (parameters.some((other) => other.name === name))
      stream.refuse(`the parameter '${name}' is named twice`);
    const fallback = stream.skipOp('=') ? parseExpression(stream) : undefined;
    if (fallback === undefined && parameters.at(-1)?.fallback !== undefined) {
      stream.refuse(`the parameter '${name}' has no default, but follows one that has`);
    }
    parameters.push({ name, fallback });
  }
  stream.next();
  return parameters;
}

function parseMaterializationHead(stream: TokenStream): Head {
  let adapter = 'default';
  let supportedLanguages: readonly string[] = ['sql'];
  while (stream.skipOp(',')) {
    const word = stream.expect('name', "'default', 'adapter' or 'supported_languages'");
    if (word.text === 'default') continue;
    stream.expectOp('=');
    const value = parseExpression(stream);
    if (word.text === 'adapter' && value.kind === 'const') adapter = String(value.value);
    else if (word.text === 'supported_languages' && value.kind === 'list') {
      supportedLanguages = value.items.map((item) => (item.kind === 'const' ? String(item.value) : ''));
    } else stream.refuse(`'${word.text}' is not an option of a materialization`, word);
  }
  return { parameters: [], adapter, supportedLanguages };
}
