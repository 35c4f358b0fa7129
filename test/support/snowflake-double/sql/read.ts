import { refused } from '../engine/refused.ts';
import { Scan } from '../engine/scan.ts';
import type { TranslateContext } from '../engine/translator.ts';
import type { KnownType, Value } from './value.ts';

/** The rules that call one another: an expression holds queries, a query expressions. */
export interface Grammar {
  readonly expression: (reading: Reading) => Value;
  /** What stands on one side of a comparison. */
  readonly operand: (reading: Reading) => Value;
  /** SELECT, WITH or VALUES, as text without brackets. */
  readonly query: (reading: Reading) => string;
}

/** A statement that is being read. */
export interface Reading {
  readonly scan: Scan;
  readonly context: TranslateContext;
  readonly grammar: Grammar;
  /** Names of the common table expressions that are in sight. */
  readonly tables: ReadonlySet<string>;
  /** Aliases of FLATTEN, whose VALUE is a variant. */
  readonly flattened: ReadonlySet<string>;
  readonly binds: { count: number };
}

export function reading(sql: string, context: TranslateContext, grammar: Grammar): Reading {
  const ignoresCase = context.parameter('QUOTED_IDENTIFIERS_IGNORE_CASE').toLowerCase() === 'true';
  const scan = new Scan(sql, ignoresCase);
  const flattened = flattenAliases(scan);
  return { scan, context, grammar, tables: new Set(), flattened, binds: { count: 0 } };
}

/** They stand in FROM, and what is made of their columns before it. */
function flattenAliases(scan: Scan): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = 0; scan.peek(at) !== undefined; at += 1) {
    const token = scan.peek(at);
    if (token?.kind !== 'word' || token.text !== 'FLATTEN') continue;
    const alias = afterBrackets(scan, at + 1);
    if (alias !== undefined) found.add(alias);
  }
  return found;
}

function afterBrackets(scan: Scan, from: number): string | undefined {
  let depth = 0;
  let at = from;
  for (; scan.peek(at) !== undefined; at += 1) {
    const token = scan.peek(at);
    if (token?.kind !== 'symbol') continue;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0) break;
  }
  // TABLE(FLATTEN(...)) has one bracket more.
  while (isText(scan, at, ')')) at += 1;
  if (isText(scan, at, 'AS')) at += 1;
  const alias = scan.peek(at);
  return alias?.kind === 'word' || alias?.kind === 'quoted' ? alias.text : undefined;
}

function isText(scan: Scan, at: number, text: string): boolean {
  const token = scan.peek(at);
  return token !== undefined && token.kind !== 'string' && token.text === text;
}

/** Expressions between commas, up to the bracket that closes them. */
export function expressions(reading: Reading): Value[] {
  const found: Value[] = [];
  if (reading.scan.takes(')')) return found;
  do found.push(reading.grammar.expression(reading));
  while (reading.scan.takes(','));
  reading.scan.must(')');
  return found;
}

/** What Snowflake may know and this double does not: said, never guessed. */
export function unknownHere(about: string): never {
  throw refused('unsupported', `'${about}': not known to this double.`);
}

/** A text in which a variant would be compared as the JSON that holds it here. */
export function plainly(of: Value): string {
  return of.type === 'variant' ? unknownHere('a comparison of a variant with what is no text') : of.text;
}

/** The type of what any of the values may be. */
export function commonType(values: readonly Value[]): KnownType | undefined {
  const types = new Set(values.map(({ type }) => type).filter((type) => type !== 'null'));
  if (types.has('variant') && [...types].some((type) => type !== undefined && type !== 'variant'))
    return unknownHere('variants among other values');
  const [only] = types;
  return types.size === 1 ? only : undefined;
}
