import { scanSync } from 'libpg-query';
import type { ParsedStatement } from '../parse.ts';
import { parseSql } from '../parse.ts';
import { SqlError } from '../sql-error.ts';

/** One word or sign of a statement. Positions are bytes. */
interface Token {
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

/** Statements that hold another one, and how its beginning is found. */
const beginnings = {
  declare: (tokens: readonly Token[]) => after(tokens, 'for'),
  prepare: (tokens: readonly Token[]) => after(tokens, 'as'),
  explain: afterExplain,
} as const;

/** The statement to the end of the outer one. Throws SqlError 42601. */
export function trailingStatement(outer: ParsedStatement, kind: keyof typeof beginnings): ParsedStatement {
  const tokens = tokensOf(outer.text);
  const from = tokens[beginnings[kind](tokens)]?.start;
  if (from === undefined) throw new SqlError({ code: '42601', message: 'the statement within is missing' });
  return cut(outer, from, Buffer.byteLength(outer.text));
}

/** The statement in the first parentheses, as in COPY. */
export function statementInParentheses(outer: ParsedStatement): ParsedStatement {
  const { from, end } = firstParentheses(outer);
  return cut(outer, from, end);
}

/** The values in the first parentheses, as in EXECUTE, as a query for them. */
export function valuesInParentheses(outer: ParsedStatement): ParsedStatement {
  const { from, end } = firstParentheses(outer);
  const values = Buffer.from(outer.text).subarray(from, end).toString('utf8');
  return mustBeOne(parseSql(`SELECT ${values}`));
}

function firstParentheses({ text }: ParsedStatement): { from: number; end: number } {
  const tokens = tokensOf(text);
  const opening = tokens.findIndex(({ word }) => word === '(');
  const closing = closingOf(tokens, opening);
  return { from: tokens[opening]?.end ?? 0, end: tokens[closing]?.start ?? 0 };
}

function cut({ text, offset }: ParsedStatement, from: number, end: number): ParsedStatement {
  const bytes = Buffer.from(text);
  const inner = mustBeOne(parseSql(bytes.subarray(from, end).toString('utf8')));
  return { ...inner, offset: offset + bytes.subarray(0, from).toString('utf8').length + inner.offset };
}

function mustBeOne([only]: readonly ParsedStatement[]): ParsedStatement {
  if (only === undefined) throw new SqlError({ code: '42601', message: 'the statement within is missing' });
  return only;
}

function tokensOf(text: string): Token[] {
  return scanSync(text)
    .tokens.filter(({ tokenName }) => !tokenName.endsWith('COMMENT'))
    .map(({ start, end, text: word, keywordName }) => ({
      start,
      end,
      // A quoted name is no keyword, whatever it says.
      word: keywordName === 'NO_KEYWORD' && word.length > 1 ? '' : word.toLowerCase(),
    }));
}

/** Where what follows the first such word outside of parentheses begins. */
function after(tokens: readonly Token[], word: string): number {
  let at = 1;
  while (at < tokens.length && tokens[at]?.word !== word)
    at = tokens[at]?.word === '(' ? closingOf(tokens, at) + 1 : at + 1;
  return at + 1;
}

/** EXPLAIN (options), or EXPLAIN ANALYZE VERBOSE. A statement may begin with parentheses of its own. */
function afterExplain(tokens: readonly Token[]): number {
  if (tokens[1]?.word === '(' && !isQuery(tokens[2]?.word)) return closingOf(tokens, 1) + 1;
  let at = 1;
  while (['analyze', 'analyse', 'verbose'].includes(tokens[at]?.word ?? '')) at += 1;
  return at;
}

function isQuery(word: string | undefined): boolean {
  return ['select', 'with', 'values', 'table', '('].includes(word ?? '');
}

function closingOf(tokens: readonly Token[], opening: number): number {
  let depth = 0;
  for (let at = Math.max(0, opening); at < tokens.length; at++) {
    if (tokens[at]?.word === '(') depth += 1;
    if (tokens[at]?.word === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}
