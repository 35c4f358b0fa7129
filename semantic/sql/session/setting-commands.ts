import type { Node, VariableSetStmt, VariableShowStmt } from 'libpg-query';
import { SqlError } from '../sql-error.ts';
import { plainCommand } from './command.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { localRows, textField } from './local-rows.ts';
import { ownSettings } from './own-settings.ts';

/** As whom one asks; these outlive RESET ALL. */
const identities: readonly string[] = ['role', 'session_authorization'];
/** Settings that tools look at, for SHOW ALL. */
const shown: readonly string[] = [
  'application_name',
  'bytea_output',
  'DateStyle',
  'extra_float_digits',
  'IntervalStyle',
  'lc_collate',
  'lc_ctype',
  'max_identifier_length',
  'search_path',
  'TimeZone',
];

/** SET in all its forms, and RESET. */
export function setCommand(statement: VariableSetStmt, context: SessionContext): Command {
  const { kind = 'VAR_SET_VALUE', name = '', args = [], is_local: isLocal = false } = statement;
  switch (kind) {
    case 'VAR_RESET_ALL':
      return plainCommand(() => {
        context.settings.resetAll(identities);
        return 'RESET';
      });
    case 'VAR_RESET':
    case 'VAR_SET_DEFAULT':
      return plainCommand(async () => {
        await mustExist(name.toLowerCase(), context);
        context.settings.reset(name.toLowerCase(), isLocal);
        return kind === 'VAR_RESET' ? 'RESET' : 'SET';
      });
    case 'VAR_SET_MULTI':
      return plainCommand(() => setTransaction(name, args, context));
    case 'VAR_SET_CURRENT':
    case 'VAR_SET_VALUE':
      return plainCommand(async () => {
        const value = kind === 'VAR_SET_CURRENT' ? await settingNow(name, context) : textOf(name, args);
        warnOutsideBlock(isLocal, 'SET LOCAL', context);
        await assign(name.toLowerCase(), value, isLocal, context);
        return 'SET';
      });
  }
}

/** Throws SqlError where the value cannot be, or the setting is not for clients to change. */
export async function assign(
  name: string,
  value: string,
  isLocal: boolean,
  context: SessionContext,
): Promise<void> {
  const { engine, settings } = context;
  if (identities.includes(name)) return assume(name, value, isLocal, context);
  const own = ownSettings.get(name);
  if (own !== undefined && own.read === undefined)
    throw new SqlError({ code: '55P02', message: `parameter "${name}" cannot be changed` });
  const told = own?.read === undefined ? await engine.setting(name, value) : own.read(value, name);
  if (told !== undefined) settings.set(name, told, isLocal);
}

/** SET ROLE and SET SESSION AUTHORIZATION. */
async function assume(name: string, value: string, isLocal: boolean, context: SessionContext): Promise<void> {
  const { settings, mayActFor, userName } = context;
  if (name === 'role' && value.toLowerCase() === 'none') return settings.reset(name, isLocal);
  if (name === 'session_authorization' && value === userName) {
    settings.reset('role', isLocal);
    return settings.reset(name, isLocal);
  }
  await mayActFor(value);
  settings.set(name, value, isLocal);
  // As in PostgreSQL: whoever becomes somebody else has no role yet.
  if (name === 'session_authorization') settings.reset('role', isLocal);
}

/** SHOW, with a column by the name as it is told. */
export function showCommand({ name = '' }: VariableShowStmt, context: SessionContext): Command {
  if (name.toLowerCase() === 'all') return showAll(context);
  return {
    parameterTypes: [],
    fields: [textField(displayed(name))],
    run: async () => ({
      kind: 'rows',
      rows: localRows([[await settingNow(name, context)]]),
      tag: () => 'SHOW',
    }),
  };
}

function showAll(context: SessionContext): Command {
  return {
    parameterTypes: [],
    fields: ['name', 'setting', 'description'].map((each) => textField(each)),
    run: async () => {
      const names = new Set(
        [...ownSettings.keys(), ...shown, ...context.settings.effective.keys()].map((each) =>
          displayed(each),
        ),
      );
      const rows: string[][] = [];
      for (const each of [...names].sort()) {
        const value = await settingNow(each, context).catch(() => undefined);
        if (value !== undefined) rows.push([each, value, ownSettings.get(each)?.description ?? '']);
      }
      return { kind: 'rows', rows: localRows(rows), tag: () => 'SHOW' };
    },
  };
}

/** A setting's value. Throws SqlError 42704 for one that does not exist. */
export async function settingNow(
  name: string,
  { settings, engine, userName }: Pick<SessionContext, 'settings' | 'engine' | 'userName'>,
): Promise<string> {
  const key = name.toLowerCase();
  const changed = settings.effective.get(key);
  if (changed !== undefined) return changed;
  if (key === 'session_authorization') return userName;
  if (key === 'role') return 'none';
  return ownSettings.get(key)?.value ?? engine.defaultSetting(key);
}

async function mustExist(name: string, context: SessionContext): Promise<void> {
  const own = ownSettings.get(name);
  if (own !== undefined && own.read === undefined)
    throw new SqlError({ code: '55P02', message: `parameter "${name}" cannot be changed` });
  if (!context.settings.effective.has(name)) await settingNow(name, context);
}

/** SET TRANSACTION, and SET SESSION CHARACTERISTICS. */
async function setTransaction(name: string, args: readonly Node[], context: SessionContext): Promise<string> {
  const isLocal = name === 'TRANSACTION';
  if (!isLocal && name !== 'SESSION CHARACTERISTICS')
    throw new SqlError({ code: '0A000', message: 'snapshots cannot be imported' });
  warnOutsideBlock(isLocal, 'SET TRANSACTION', context);
  for (const arg of args) {
    if (!('DefElem' in arg)) continue;
    const { defname = '', arg: value } = arg.DefElem;
    await assign(isLocal ? defname : `default_${defname}`, constant(value) ?? '', isLocal, context);
  }
  return 'SET';
}

function warnOutsideBlock(isLocal: boolean, what: string, { isBlock, warn }: SessionContext): void {
  if (isLocal && !isBlock())
    warn({ code: '25P01', message: `${what} can only be used in transaction blocks` });
}

/** Names that PostgreSQL writes in capitals. */
function displayed(name: string): string {
  const capital: Readonly<Record<string, string>> = {
    datestyle: 'DateStyle',
    intervalstyle: 'IntervalStyle',
    timezone: 'TimeZone',
  };
  return capital[name.toLowerCase()] ?? name.toLowerCase();
}

function textOf(name: string, args: readonly Node[]): string {
  const values = args.map((arg) => {
    const value = constant(arg);
    if (value === undefined)
      throw new SqlError({
        code: '0A000',
        message: `parameter "${name}" cannot be set by an expression`,
        hint: 'Write the value in quotes.',
      });
    return name === 'search_path' ? quotedName(value) : value;
  });
  return values.join(', ');
}

function quotedName(name: string): string {
  return /^[a-z_][a-z_\d]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The text of a constant; undefined for what is none. */
export function constant(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if ('String' in node) return node.String.sval ?? '';
  if ('Integer' in node) return String(node.Integer.ival ?? 0);
  if ('Float' in node) return node.Float.fval ?? '0';
  if ('Boolean' in node) return node.Boolean.boolval === true ? 'true' : 'false';
  if (!('A_Const' in node)) return undefined;
  const { ival, fval, boolval, sval } = node.A_Const;
  if (ival !== undefined) return String(ival.ival ?? 0);
  if (fval !== undefined) return fval.fval ?? '0';
  if (boolval !== undefined) return boolval.boolval === true ? 'true' : 'false';
  return sval === undefined ? undefined : (sval.sval ?? '');
}
