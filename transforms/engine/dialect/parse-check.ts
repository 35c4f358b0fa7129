import type { Dialect } from './dialect.ts';

/** Why an engine's grammar does not take a text, and where: 1-based line and column in the text. */
export interface ParseProblem {
  readonly message: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** The parser's defaults (32 levels, 64 calls) stop at SQL that both engines take. */
const complexityGuard = { maxParserDepth: 400, maxFunctionCallDepth: 400 };

/**
 * Whether a statement parses in an engine's grammar; undefined where it does. The parser costs 300 ms and 80 MB,
 * so it is loaded by the first call. It knows grammar only: a function that does not exist passes.
 */
export async function parseCheck(sql: string, dialect: Dialect): Promise<ParseProblem | undefined> {
  const { Dialect: dialects, transpile, validate } = await import('@polyglot-sql/sdk');
  const grammar = { duckdb: dialects.DuckDB, snowflake: dialects.Snowflake }[dialect];
  // parse() takes no guard; to transpile a text into its own dialect parses it just the same.
  const parsed = transpile(sql, grammar, grammar, { complexityGuard });
  if (!parsed.success) {
    // How deep it can go is a matter of V8's stack, not of the statement: what it cannot judge, the engine will.
    if (parsed.error?.includes('Maximum call stack') === true) return undefined;
    return {
      message: parsed.error ?? 'the text does not parse',
      line: parsed.errorLine,
      column: parsed.errorColumn,
    };
  }
  // What the parser forgives and the engine does not, such as a comma before FROM. Its guard cannot be raised.
  const { errors } = validate(sql, grammar, { strictSyntax: true });
  const strict = errors.find((each) => each.severity === 'error' && !each.message.includes('E_GUARD_'));
  return strict === undefined
    ? undefined
    : { message: strict.message, line: strict.line, column: strict.column };
}
