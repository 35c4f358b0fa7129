import type { FuncCall, Node, SelectStmt } from 'libpg-query';
import { SqlError } from '../sql-error.ts';
import type { Command } from './command.ts';
import { localRows, textField } from './local-rows.ts';
import type { SessionContext } from './session-context.ts';
import { assign, constant, settingNow } from './setting-commands.ts';

/** One `set_config(name, value, is_local)`, under the name of its column. */
interface Assignment {
  readonly column: string;
  readonly name: string;
  readonly value: string;
  readonly isLocal: boolean;
}

/** SELECT of nothing but `set_config()` with constants, by which tools write SET; undefined for any other. */
export function setConfigCommand(select: SelectStmt, context: SessionContext): Command | undefined {
  const { targetList = [], fromClause, whereClause } = select;
  if (targetList.length === 0 || fromClause !== undefined || whereClause !== undefined) return undefined;
  const assignments = targetList.map(assignmentOf);
  if (!assignments.every((each) => each !== undefined)) return undefined;
  return {
    parameterTypes: [],
    fields: assignments.map(({ column }) => textField(column)),
    run: async () => {
      const values: string[] = [];
      for (const { name, value, isLocal } of assignments) {
        await assign(name.toLowerCase(), value, isLocal, context);
        values.push(await settingNow(name, context));
      }
      return { kind: 'rows', rows: localRows([values]), tag: (rows) => `SELECT ${rows}` };
    },
  };
}

function assignmentOf(target: Node): Assignment | undefined {
  if (!('ResTarget' in target)) return undefined;
  const { name: column = 'set_config', val } = target.ResTarget;
  if (val === undefined || !('FuncCall' in val) || !isSetConfig(val.FuncCall)) return undefined;
  const [name, value, isLocal] = (val.FuncCall.args ?? []).map(constant);
  if (name === undefined || value === undefined || isLocal === undefined) return undefined;
  if (isLocal !== 'true' && isLocal !== 'false')
    throw new SqlError({ code: '42883', message: 'set_config takes a name, a value and a boolean' });
  return { column, name, value, isLocal: isLocal === 'true' };
}

function isSetConfig({ funcname = [] }: FuncCall): boolean {
  const names = funcname.map((each) => ('String' in each ? each.String.sval : undefined));
  return names.at(-1) === 'set_config' && (names.length === 1 || names[0] === 'pg_catalog');
}
