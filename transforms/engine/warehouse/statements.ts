import type { Dialect } from '../dialect/dialect.ts';
import { statementErrors } from './errors.ts';
import { templateWhere } from './template-place.ts';
import type { TemplateSource } from './template-place.ts';

/** What a semicolon does not end a statement in: quotes of all kinds and comments to the end of their line. */
const opaque: Readonly<Record<Dialect, RegExp>> = {
  duckdb:
    /(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<!\w)\$(?<tag>\w*)\$.*?\$\k<tag>\$|--[^\n]*/sy,
  // Backslashes escape in every string, and // begins a comment.
  snowflake: /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$.*?\$\$|--[^\n]*|\/\/[^\n]*/sy,
};

/** One statement of a text, without the semicolon that ends it. */
export interface Statement {
  readonly sql: string;
  /** Offset of its first character that is neither blank nor comment. */
  readonly start: number;
}

/** The statements of a text, each apart; what holds nothing but blanks and comments is none. */
export function splitStatements(text: string, dialect: Dialect): Statement[] {
  const statements: Statement[] = [];
  let begin = 0;
  let start: number | undefined;
  const end = (at: number): void => {
    if (start !== undefined) statements.push({ sql: text.slice(begin, at).trim(), start });
    begin = at + 1;
    start = undefined;
  };
  for (let at = 0; at < text.length;) {
    const next = pieceEnd(text, at, dialect);
    if (text[at] === ';') end(at);
    else if (!isBlankOrComment(text, at, next)) start ??= at;
    at = next;
  }
  end(text.length);
  return statements;
}

/** Where the quote, comment or character at an offset ends. */
function pieceEnd(text: string, at: number, dialect: Dialect): number {
  if (text.startsWith('/*', at)) return commentEnd(text, at, dialect === 'duckdb');
  const pattern = opaque[dialect];
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at + 1;
}

/** DuckDB, as PostgreSQL, has comments in comments. */
function commentEnd(text: string, at: number, isNested: boolean): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = at + 2;
  let depth = 1;
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    if (found[0] === '*/') depth -= 1;
    else if (isNested) depth += 1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

function isBlankOrComment(text: string, at: number, next: number): boolean {
  if (next === at + 1) return /\s/.test(text[at] ?? '');
  return /^(?:--|\/\/|\/\*)/.test(text.slice(at, at + 2));
}

/**
 * A text as the one statement that it must be, without what ends it. Rendered SQL is put into statements of the engine;
 * a second statement in it would be run as it stands, on production and in a dry run, too.
 */
export function oneStatement(text: string, dialect: Dialect, source: TemplateSource): string {
  if (!text.includes(';')) return text;
  const [first, second, ...others] = splitStatements(text, dialect);
  if (second === undefined) return first?.sql ?? text;
  throw statementErrors.error('TRANSFORM_SEVERAL_STATEMENTS', {
    message: `${source.name} has ${others.length + 2} statements; the second begins with: ${beginning(text, second.start)}`,
    where: templateWhere(source, text, second.start).where,
  });
}

function beginning(text: string, start: number): string {
  return (text.slice(start).split('\n')[0] ?? '').slice(0, 60);
}
