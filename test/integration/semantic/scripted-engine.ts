import type {
  Column,
  Engine,
  EngineSession,
  Login,
  OpenEngine,
  Outcome,
  StatementRun,
  WireValue,
} from '../../support/snowflake-double/contract.ts';

/** What a statement is answered with; undefined leaves it to the defaults. */
export type Script = (statement: StatementRun) => Promise<Outcome> | Outcome | undefined;

/** An account whose answers a test writes itself, so that it shows the driver and nobody's SQL. */
export interface ScriptedAccount {
  readonly openEngine: OpenEngine;
  readonly logins: readonly Login[];
  script: Script;
}

export function scriptedAccount(): ScriptedAccount {
  const logins: Login[] = [];
  const account = { logins, script: (() => undefined) as Script };
  const openSession = (login: Login): EngineSession => {
    const { role = null, warehouse = null, database = null, schema = null } = login;
    const parameters = new Map(Object.entries(login.parameters));
    return {
      context: { role, warehouse, database, schema },
      parameters,
      run: async (statement) => (await account.script(statement)) ?? byDefault(statement.sql),
      end: async () => {},
    };
  };
  const engine: Engine = {
    open: async (login) => {
      logins.push(login);
      return openSession(login);
    },
    admin: { query: async () => [] },
    close: async () => {},
  };
  return Object.assign(account, { openEngine: async () => engine });
}

function byDefault(sql: string): Outcome {
  if (/^alter session/i.test(sql)) return { kind: 'done', statementType: 'ALTER_SESSION', message: 'done' };
  if (/^explain/i.test(sql)) return table([text('content')], [['GlobalStats']], 'EXPLAIN');
  return table([number('FINANCE__GMV', 2)], [['301.20']]);
}

export function table(
  columns: readonly Column[],
  rows: readonly (readonly WireValue[])[],
  statementType: 'SELECT' | 'EXPLAIN' = 'SELECT',
): Outcome {
  const batches = async function* (): AsyncGenerator<readonly (readonly WireValue[])[]> {
    yield rows;
  };
  return { kind: 'rows', statementType, columns, rows: batches() };
}

export function number(name: string, scale: number, nullable = true): Column {
  return { name, type: 'FIXED', precision: 38, scale, nullable };
}

export function text(name: string): Column {
  return { name, type: 'TEXT', nullable: true };
}
