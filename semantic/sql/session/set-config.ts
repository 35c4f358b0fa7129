import type { FuncCall, Node, SelectStmt } from 'libpg-query';
import type { Binding } from '../engine.ts';
import { SqlError } from '../sql-error.ts';
import type { Command } from './command.ts';
import { localRows, textField } from './local-rows.ts';
import type { SessionContext } from './session-context.ts';
import { assign, constant, settingNow } from './setting-commands.ts';

/** `set_config(name, value, is_local)` or `current_setting(name)`, under the name of its column. */
type Setting = { readonly column: string; readonly name: string } & (
  | { readonly kind: 'show' }
  | { readonly kind: 'set'; readonly value: Value; readonly isLocal: boolean }
);

type Value = { readonly text: string } | { readonly parameter: number };

const textOid = 25;

/**
 * SELECT of nothing but `set_config()`, by which tools write SET, perhaps beside `current_setting()`; undefined for any
 * other.
 */
export function setConfigCommand(select: SelectStmt, context: SessionContext): Command | undefined {
  const { targetList = [], fromClause, whereClause } = select;
  if (fromClause !== undefined || whereClause !== undefined) return undefined;
  const settings = targetList.map(settingOf);
  if (!settings.every((each) => each !== undefined)) return undefined;
  if (!settings.some(({ kind }) => kind === 'set')) return undefined;
  const numbers = settings.map((each) =>
    each.kind === 'set' && 'parameter' in each.value ? each.value.parameter : 0,
  );
  return {
    parameterTypes: Array.from({ length: Math.max(...numbers) }, () => textOid),
    fields: settings.map(({ column }) => textField(column)),
    run: async (binding) => {
      const values: string[] = [];
      for (const each of settings) {
        if (each.kind === 'set')
          await assign(each.name.toLowerCase(), valueOf(each.value, binding), each.isLocal, context);
        values.push(await settingNow(each.name, context));
      }
      return { kind: 'rows', rows: localRows([values]), tag: (rows) => `SELECT ${rows}` };
    },
  };
}

function valueOf(value: Value, { parameters }: Pick<Binding, 'parameters'>): string {
  return 'text' in value ? value.text : (parameters[value.parameter - 1]?.toString('utf8') ?? '');
}

function settingOf(target: Node): Setting | undefined {
  if (!('ResTarget' in target)) return undefined;
  const { name: named, val } = target.ResTarget;
  if (val === undefined || !('FuncCall' in val)) return undefined;
  const called = calledName(val.FuncCall);
  const [first, second, third, ...more] = val.FuncCall.args ?? [];
  const name = first === undefined ? undefined : constant(first);
  if (name === undefined || more.length > 0) return undefined;
  if (called === 'current_setting')
    return second === undefined ? { kind: 'show', column: named ?? called, name } : undefined;
  const value = second === undefined ? undefined : valueIn(second);
  const isLocal = third === undefined ? undefined : constant(third);
  if (called !== 'set_config' || value === undefined || isLocal === undefined) return undefined;
  if (isLocal !== 'true' && isLocal !== 'false')
    throw new SqlError({ code: '42883', message: 'set_config takes a name, a value and a boolean' });
  return { kind: 'set', column: named ?? called, name, value, isLocal: isLocal === 'true' };
}

function valueIn(node: Node): Value | undefined {
  if ('ParamRef' in node) return { parameter: node.ParamRef.number ?? 0 };
  const text = constant(node);
  return text === undefined ? undefined : { text };
}

function calledName({ funcname = [] }: FuncCall): string | undefined {
  const names = funcname.map((each) => ('String' in each ? each.String.sval : undefined));
  return names.length === 1 || names[0] === 'pg_catalog' ? names.at(-1) : undefined;
}
