import type { DeallocateStmt, DiscardStmt, ExecuteStmt, Node, PrepareStmt } from 'libpg-query';
import type { Binding } from '../engine.ts';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import { plainCommand } from './command.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { closeAll } from './cursor-commands.ts';
import { trailingStatement, valuesInParentheses } from './inner-statement.ts';
import { valuesOf } from './local-rows.ts';
import type { PreparedStatement } from './prepared-statement.ts';

/** Types that a statement is prepared with, by PostgreSQL's own names; others are left open. */
const typeOids: Readonly<Record<string, number>> = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  numeric: 1700,
  uuid: 2950,
};

/** PREPARE: the statement is understood at once, so that its mistakes are told here. */
export async function prepareCommand(
  { name = '', argtypes = [] }: PrepareStmt,
  statement: ParsedStatement,
  context: SessionContext,
): Promise<Command> {
  const parsed = trailingStatement(statement, 'prepare');
  const types = argtypes.map(oidOf);
  return plainCommand(async () => {
    await context.compile(parsed, types);
    if (context.statements.has(name)) throw duplicateStatement(name);
    context.statements.set(name, { parsed, types, understood: undefined });
    return 'PREPARE';
  });
}

export function duplicateStatement(name: string): SqlError {
  return new SqlError({ code: '42P05', message: `prepared statement "${name}" already exists` });
}

/** EXECUTE: the prepared statement as it is understood now, with the values given. */
export async function executeCommand(
  { name = '', params = [] }: ExecuteStmt,
  statement: ParsedStatement,
  context: SessionContext,
): Promise<Command> {
  const { parsed, types } = mustFind(name, context);
  if (parsed === undefined) throw new SqlError({ code: '26000', message: 'the prepared statement is empty' });
  const command = await context.compile(parsed, types);
  if (command.parameterTypes.length !== params.length)
    throw new SqlError({
      code: '42601',
      message: `wrong number of parameters for prepared statement "${name}"`,
      detail: `Expected ${command.parameterTypes.length} parameters but got ${params.length}.`,
    });
  return {
    parameterTypes: [],
    fields: command.fields,
    format: command.format,
    run: async (binding) =>
      command.run({
        ...binding,
        parameters: params.length === 0 ? [] : await evaluate(statement, binding, context),
        parameterFormats: [],
      }),
  };
}

/** What EXPLAIN of an EXECUTE needs: the statement behind the name. */
export function statementBehind({ name = '' }: ExecuteStmt, context: SessionContext): PreparedStatement {
  return mustFind(name, context);
}

/** The values that EXECUTE gives, as text: any expression that needs no relation. */
async function evaluate(
  statement: ParsedStatement,
  { signal }: Binding,
  context: SessionContext,
): Promise<(Buffer | null)[]> {
  const prepared = await context.prepare(valuesInParentheses(statement), []);
  const rows = await prepared.open({ parameters: [], parameterFormats: [], resultFormats: [], signal });
  try {
    const { bytes } = await rows.take(1);
    return valuesOf(bytes);
  } finally {
    rows.close();
  }
}

export function deallocateCommand({ name }: DeallocateStmt, context: SessionContext): Command {
  return plainCommand(() => {
    if (name === undefined) context.statements.clear();
    else {
      mustFind(name, context);
      context.statements.delete(name);
    }
    return name === undefined ? 'DEALLOCATE ALL' : 'DEALLOCATE';
  });
}

const discards: Readonly<Record<NonNullable<DiscardStmt['target']>, string>> = {
  DISCARD_ALL: 'DISCARD ALL',
  DISCARD_PLANS: 'DISCARD PLANS',
  DISCARD_SEQUENCES: 'DISCARD SEQUENCES',
  DISCARD_TEMP: 'DISCARD TEMP',
};

/** DISCARD: of what there is to discard, a connection here has cursors, settings and statements. */
export function discardCommand({ target = 'DISCARD_ALL' }: DiscardStmt, context: SessionContext): Command {
  return plainCommand(() => {
    if (target === 'DISCARD_ALL') discardAll(context);
    return discards[target];
  });
}

function discardAll(context: SessionContext): void {
  const { settings, statements, isBlock } = context;
  if (isBlock())
    throw new SqlError({ code: '25001', message: 'DISCARD ALL cannot run inside a transaction block' });
  closeAll(context);
  settings.resetAll([]);
  statements.clear();
}

function mustFind(name: string, { statements }: SessionContext): PreparedStatement {
  const found = statements.get(name);
  if (found === undefined || name === '')
    throw new SqlError({ code: '26000', message: `prepared statement "${name}" does not exist` });
  return found;
}

function oidOf(node: Node): number {
  if (!('TypeName' in node)) return 0;
  const { names = [], arrayBounds = [] } = node.TypeName;
  const last = names.at(-1);
  if (arrayBounds.length > 0 || last === undefined || !('String' in last)) return 0;
  return typeOids[last.String.sval ?? ''] ?? 0;
}
