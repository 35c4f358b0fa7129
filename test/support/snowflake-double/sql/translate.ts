import type { TranslateContext, Translator } from '../engine/translator.ts';
import { dml } from './dml.ts';
import { expression, operand } from './expression.ts';
import { query } from './query.ts';
import { reading } from './read.ts';
import type { Grammar, Reading } from './read.ts';
import { declaredType } from './types.ts';

const grammar: Grammar = { expression, operand, query };

/** Reads the whole of a text by one rule. */
function whole(sql: string, context: TranslateContext, rule: (reading: Reading) => string): string {
  const found = reading(sql, context, grammar);
  const written = rule(found);
  found.scan.takes(';');
  found.scan.mustEnd();
  return written;
}

/**
 * The SQL that this project sends to Snowflake, in DuckDB's words and with Snowflake's results. Whatever it does not know it
 * refuses: each function, type and clause is in a table here, or it is an error. It calls the macros of `macros.ts`, and
 * writes the values that are sent along into the text.
 */
export const translator: Translator = {
  query: (sql, context) => whole(sql, context, query),
  dml: (sql, context) => [whole(sql, context, dml)],
  type: (type, context) => whole(type, context, ({ scan }) => declaredType(scan).duckdb),
  expression: (sql, context) => whole(sql, context, (found) => expression(found).text),
};
