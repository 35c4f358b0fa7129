import type { ExplainStmt, Node } from 'libpg-query';
import type { Binding, Prepared } from '../engine.ts';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { trailingStatement } from './inner-statement.ts';
import { localRows, textField } from './local-rows.ts';
import { statementBehind } from './prepared-commands.ts';
import { constant } from './setting-commands.ts';

const jsonOid = 114;
const switches = ['analyze', 'verbose', 'costs', 'settings', 'buffers', 'wal', 'timing', 'summary', 'memory'];

interface Options {
  readonly isJson: boolean;
  readonly isRun: boolean;
}

/** EXPLAIN: how a query would be answered. With ANALYZE it is asked, too, and rows and time are told. */
export async function explainCommand(
  { query, options = [] }: ExplainStmt,
  statement: ParsedStatement,
  types: readonly number[],
  context: SessionContext,
): Promise<Command> {
  const { isJson, isRun } = optionsOf(options);
  const prepared = await preparedFor(query, statement, types, context);
  return {
    parameterTypes: prepared.parameterTypes,
    fields: [textField('QUERY PLAN', isJson ? jsonOid : undefined)],
    run: async (binding) => {
      const textual = { ...binding, resultFormats: [] };
      const lines = await prepared.explain(textual);
      const told = isRun ? [...lines, ...(await measured(prepared, textual))] : lines;
      const rows = isJson ? [[json(told)]] : told.map((line) => [line]);
      return { kind: 'rows', rows: localRows(rows), tag: () => 'EXPLAIN' };
    },
  };
}

async function preparedFor(
  query: Node | undefined,
  statement: ParsedStatement,
  types: readonly number[],
  context: SessionContext,
): Promise<Prepared> {
  if (query !== undefined && 'ExecuteStmt' in query) {
    const { parsed, types: told } = statementBehind(query.ExecuteStmt, context);
    if (parsed !== undefined) return context.prepare(parsed, told);
  }
  if (query === undefined || !('SelectStmt' in query))
    throw new SqlError({ code: '0A000', message: 'only queries can be explained' });
  return context.prepare(trailingStatement(statement, 'explain'), types);
}

async function measured(prepared: Prepared, binding: Binding): Promise<string[]> {
  const startMs = performance.now();
  const rows = await prepared.open(binding);
  let count = 0;
  try {
    for (let isEnd = false; !isEnd;) {
      const taken = await rows.take();
      count += taken.rows;
      isEnd = taken.isEnd;
    }
  } finally {
    rows.close();
  }
  return [`Rows: ${count}`, `Execution Time: ${(performance.now() - startMs).toFixed(3)} ms`];
}

function json(lines: readonly string[]): string {
  return JSON.stringify([{ Plan: { 'Node Type': 'Metric Query', Lines: lines } }], null, 2);
}

function optionsOf(options: readonly Node[]): Options {
  let isJson = false;
  let isRun = false;
  for (const option of options) {
    if (!('DefElem' in option)) continue;
    const { defname = '', arg } = option.DefElem;
    const value = constant(arg) ?? 'on';
    if (defname === 'format') isJson = readFormat(value);
    else if (!switches.includes(defname) && defname !== 'generic_plan' && defname !== 'serialize')
      throw new SqlError({ code: '42601', message: `unrecognized EXPLAIN option "${defname}"` });
    if (defname === 'analyze') isRun = !/^(?:off|false|0)$/i.test(value);
  }
  return { isJson, isRun };
}

function readFormat(value: string): boolean {
  const format = value.toLowerCase();
  if (format === 'json' || format === 'text') return format === 'json';
  throw new SqlError({
    code: '0A000',
    message: `EXPLAIN format "${value}" is not supported`,
    hint: 'Use FORMAT TEXT or FORMAT JSON.',
  });
}
