import type { Binding, Field, SqlVisit } from '../engine.ts';
import { SqlError } from '../sql-error.ts';
import {
  answered,
  bindMessage,
  describeStatement,
  executeAll,
  parameterTypes,
  parseMessage,
  queryMessage,
  rowFields,
  rowTexts,
  syncMessage,
} from './messages.ts';
import type { Message } from './messages.ts';
import { startPostgresThread } from './postgres-thread.ts';
import { firstRole, identifier, literal, owner, processSetting, schemaScript } from './schema-script.ts';
import type { Relations } from '../relations/relation.ts';

/** What a session has to do with how PostgreSQL answers. */
export type Context = Pick<SqlVisit, 'settings' | 'processId'> & { readonly role: string };

/** What a statement takes and gives. */
export interface Description {
  readonly parameterTypes: readonly number[];
  readonly fields: readonly Field[] | undefined;
}

/** Rows as they are sent on. */
export interface RowBytes {
  /** Whole DataRow messages. */
  readonly bytes: Buffer;
  /** Where each ends. */
  readonly ends: readonly number[];
}

/** Names of PostgreSQL's own functions, by what has to be known of them. */
export interface FunctionFacts {
  readonly aggregates: ReadonlySet<string>;
  /** Not the same for the same arguments, within one statement. */
  readonly volatile: ReadonlySet<string>;
  /** Not the same in every statement: now(), what depends on settings. */
  readonly stable: ReadonlySet<string>;
  readonly setReturning: ReadonlySet<string>;
}

/** A PostgreSQL that holds what somebody may see as empty relations, and computes with rows that it is given. */
export interface Catalogue {
  readonly facts: FunctionFacts;
  readonly isGone: () => boolean;
  readonly describe: (sql: string, types: readonly number[], context: Context) => Promise<Description>;
  readonly run: (
    sql: string,
    types: readonly number[],
    binding: Omit<Binding, 'signal'>,
    context: Context,
  ) => Promise<RowBytes>;
  /** Values in text. */
  readonly texts: (
    sql: string,
    parameters: readonly string[],
    context: Context,
  ) => Promise<(string | null)[][]>;
  /** Values in text, of parameters as they were sent. */
  readonly bound: (
    sql: string,
    types: readonly number[],
    binding: Pick<Binding, 'parameters' | 'parameterFormats'>,
    context: Context,
  ) => Promise<(string | null)[][]>;
  /** Ends it once nothing is under way in it. */
  readonly closeWhenIdle: () => Promise<void>;
}

/** Takes half a second. */
export async function openCatalogue(image: Uint8Array, relations: Relations): Promise<Catalogue> {
  const thread = startPostgresThread(image, schemaScript(relations));
  await thread.ready;
  let role = firstRole;
  let applied = '';
  const exchange = async (context: Context | undefined, ...messages: readonly Buffer[]): Promise<Part[]> => {
    const wanted = context === undefined ? applied : contextScript(context);
    const prefix: Buffer[] = [];
    if (context !== undefined && wanted !== applied) {
      // A statement of its own, since what comes after it must not be read-only as what came before was.
      prefix.push(queryMessage(asOwner));
      prefix.push(queryMessage(`${renamed(role, context.role)}${wanted}`));
      role = context.role;
      applied = wanted;
    }
    const bytes = await thread.exchange(Buffer.concat([...prefix, ...messages, syncMessage]));
    try {
      return partsOf(bytes, prefix.length);
    } catch (error) {
      // A context that was refused is nobody's.
      if (prefix.length > 0 && !contextHeld(bytes, prefix.length)) {
        applied = '';
        await forget();
      }
      throw error;
    }
  };
  const forget = async (): Promise<void> => {
    role = firstRole;
    const reset = queryMessage(asOwner);
    await thread.exchange(Buffer.concat([reset, queryMessage(toFirstRole)]));
  };
  const run: Catalogue['run'] = async (sql, types, binding, context) => {
    const [part] = await exchange(
      context,
      parseMessage(sql, types),
      bindMessage(binding.parameters, binding.parameterFormats, binding.resultFormats),
      executeAll,
    );
    return rowBytes(part);
  };
  const bound = async (
    sql: string,
    types: readonly number[],
    { parameters, parameterFormats }: Pick<Binding, 'parameters' | 'parameterFormats'>,
    context?: Context,
  ): Promise<(string | null)[][]> => {
    const bind = bindMessage(parameters, parameterFormats, []);
    const [part] = await exchange(context, parseMessage(sql, types), bind, executeAll);
    return (part?.messages ?? []).filter(({ type }) => type === 'D').map(rowTexts);
  };
  const texts = (sql: string, values: readonly string[], context?: Context): Promise<(string | null)[][]> =>
    bound(sql, [], { parameters: values.map((each) => Buffer.from(each)), parameterFormats: [] }, context);
  const facts = factsOf(await texts(factsQuery, []));
  return {
    facts,
    isGone: thread.isGone,
    describe: async (sql, types, context) => {
      const [part] = await exchange(context, parseMessage(sql, types), describeStatement);
      const find = (type: string): Message | undefined => part?.messages.find((each) => each.type === type);
      const [parameters, row] = [find('t'), find('T')];
      if (parameters === undefined)
        throw new SqlError({ code: 'XX000', message: 'a statement was not described' });
      return {
        parameterTypes: parameterTypes(parameters),
        fields: row === undefined ? undefined : rowFields(row),
      };
    },
    run,
    texts,
    bound,
    closeWhenIdle: thread.closeWhenIdle,
  };
}

/** What was answered between two ReadyForQuery. */
interface Part {
  readonly bytes: Buffer;
  readonly messages: readonly Message[];
}

function partsOf(bytes: Buffer, skipped: number): Part[] {
  const parts: Message[][] = [[]];
  for (const each of answered(bytes)) {
    if (each.type === 'Z') parts.push([]);
    else parts.at(-1)?.push(each);
  }
  return parts.slice(skipped).map((messages) => ({ bytes, messages }));
}

/** Whether so many ReadyForQuery came before the first error: it was the statement that was refused. */
function contextHeld(bytes: Buffer, count: number): boolean {
  let ready = 0;
  for (let at = 0; at < bytes.length && ready < count; at += 1 + bytes.readInt32BE(at + 1)) {
    const type = String.fromCharCode(bytes.readUInt8(at));
    if (type === 'E') return false;
    if (type === 'Z') ready += 1;
  }
  return ready >= count;
}

function rowBytes(part: Part | undefined): RowBytes {
  const rows = (part?.messages ?? []).filter(({ type }) => type === 'D');
  const [first] = rows;
  if (part === undefined || first === undefined) return { bytes: Buffer.alloc(0), ends: [] };
  const end = rows.at(-1)?.end ?? first.end;
  return { bytes: part.bytes.subarray(first.at, end), ends: rows.map((row) => row.end - first.at) };
}

/** RESET would find no one to go back to: nobody has logged in here. */
const asOwner = `set session authorization ${owner}; reset all`;

const toFirstRole = `do $$ begin execute (select format('alter role %I rename to ${firstRole}', rolname) from pg_roles
  where rolname not like 'pg\\_%' and not rolsuper and rolname <> '${firstRole}'); exception when others then null; end $$`;

function renamed(from: string, to: string): string {
  return from === to ? '' : `alter role ${identifier(from)} rename to ${identifier(to)}; `;
}

/** Everything that a session has set, and whose it is. Read-only, as everything here is. */
function contextScript({ role, settings, processId }: Context): string {
  const changed = [...settings].map(
    ([name, value]) => `select set_config(${literal(name)}, ${literal(value)}, false)`,
  );
  return [
    `set session authorization ${identifier(role)}`,
    'set default_transaction_read_only = on',
    `select set_config('${processSetting}', '${processId}', false)`,
    ...changed,
  ].join('; ');
}

const factsQuery = `
  select proname, bool_or(prokind = 'a'), bool_or(provolatile = 'v'), bool_or(provolatile = 's'), bool_or(proretset)
  from pg_proc group by proname`;

function factsOf(rows: readonly (readonly (string | null)[])[]): FunctionFacts {
  const where = (index: number): ReadonlySet<string> =>
    new Set(rows.filter((row) => row[index] === 't').map(([name]) => name ?? ''));
  return { aggregates: where(1), volatile: where(2), stable: where(3), setReturning: where(4) };
}
