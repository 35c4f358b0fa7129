import type { Row } from '../../../warehouse/warehouse.ts';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';
import type { Engine, Login, OpenEngine, Outcome } from '../../support/snowflake-double/contract.ts';
import { AccountDouble } from '../../unit/warehouse-setup/account-double.ts';

/** Names of columns as Snowflake has them: of SHOW in lower case, of a query in upper case. */
function rowsOf(sql: string, rows: readonly Row[]): Outcome {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isQuery = sql.startsWith('select');
  const values = rows.map((row) =>
    names.map((name) => {
      const value = row[name] ?? null;
      return value === null ? null : String(value);
    }),
  );
  return {
    kind: 'rows',
    statementType: isQuery ? 'SELECT' : 'SHOW',
    columns: (names.length === 0 ? ['name'] : names).map((name) => ({
      name: isQuery ? name.toUpperCase() : name,
      type: 'TEXT',
      nullable: true,
    })),
    rows: (async function* () {
      await Promise.resolve();
      yield values;
    })(),
  };
}

async function answer(account: AccountDouble, sql: string): Promise<Outcome> {
  try {
    if (/^(show|describe|select)\b/.test(sql)) return rowsOf(sql, await account.query(sql));
    // What every session begins with is the adapter's, and no business of an account's objects.
    if (!sql.startsWith('alter session set ')) await account.execute(sql);
    return { kind: 'done', statementType: 'CREATE', message: 'Statement executed successfully.' };
  } catch (error) {
    throw new SqlRefused('003001', '42501', error instanceof Error ? error.message : String(error));
  }
}

/** An account of objects and rights behind the wire protocol; `logins` takes who came. */
export function accountEngine(account: AccountDouble, logins: Login[]): OpenEngine {
  const engine: Engine = {
    open: (login) => {
      logins.push(login);
      const { role = null, warehouse = null, database = null, schema = null } = login;
      return Promise.resolve({
        run: ({ sql }) => answer(account, sql),
        context: { role, warehouse, database, schema },
        parameters: new Map(Object.entries(login.parameters)),
        end: () => Promise.resolve(),
      });
    },
    admin: { query: () => Promise.resolve([]) },
    close: () => Promise.resolve(),
  };
  return () => Promise.resolve(engine);
}
