import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as DriverModule from '@cubejs-backend/snowflake-driver';
import type { Connection, RowStatement, StatementOption } from 'snowflake-sdk';
import { withWorkTag, workTag } from '../../lib/work-tag.ts';
import { snowflakeCapabilities } from '../../warehouse/capabilities.ts';
import type { Rows } from './cube-driver.ts';
import type { CubeValue } from './cube-query.ts';
import type { Downloaded } from './cube-reader.ts';
import { duckdbTypeOf, fetchedAsText, toCubeRows } from './snowflake-values.ts';

type CancelablePromise<R> = Promise<R> & { cancel: (waitExecution?: boolean) => Promise<void> };

/** Where metrics are read: with a role that sees published marts alone, on a virtual warehouse that resumes by itself. */
export interface SnowflakeReaderOptions {
  /** A connection that is still to log in, of the SDK that Cube's driver finds, too. */
  readonly newConnection: () => Promise<Connection>;
  /** After this long Snowflake itself ends a statement, whatever became of this process. */
  readonly statementTimeoutSec: number;
}

/** One session of Snowflake, logged in to when the first statement wants it; statements run in it side by side. */
export interface SnowflakeSession {
  readonly run: (sql: string, values: readonly unknown[]) => Rows;
  /** Rows with the types of their columns, by DuckDB's names. */
  readonly download: (
    sql: string,
    values: readonly unknown[],
  ) => Promise<{ readonly columns: Downloaded['columns']; readonly rows: readonly (readonly CubeValue[])[] }>;
  /** Whether there was a session and Snowflake has ended it, as it does after hours without a statement. */
  readonly isLost: () => Promise<boolean>;
  readonly logOut: () => Promise<void>;
}

/** Cube's own driver for Snowflake, which knows how to run and cancel statements, with logins and sessions of ours. */
export function createSnowflakeSession(options: SnowflakeReaderOptions): SnowflakeSession {
  const { SnowflakeDriver } = load();

  class Session extends SnowflakeDriver implements SnowflakeSession {
    run(sql: string, values: readonly unknown[]): Rows {
      const statement = { sqlText: sql, binds: values.map(toBind), fetchAsString: [...fetchedAsText] };
      return this.executeCancelable(this.getConnection(), statement, (ran, rows) =>
        toCubeRows(ran.getColumns() ?? [], rows ?? []),
      );
    }

    async download(
      sql: string,
      values: readonly unknown[],
    ): Promise<{ columns: Downloaded['columns']; rows: readonly (readonly CubeValue[])[] }> {
      const statement = { sqlText: sql, binds: values.map(toBind), fetchAsString: [...fetchedAsText] };
      return this.executeCancelable(this.getConnection(), statement, (ran, rows) => {
        const columns = (ran.getColumns() ?? []).map((column) => ({
          name: column.getName().toLowerCase(),
          type: duckdbTypeOf(column),
        }));
        const read = toCubeRows(ran.getColumns() ?? [], rows ?? []);
        return { columns, rows: read.map((row) => columns.map(({ name }) => row[name] ?? null)) };
      });
    }

    async isLost(): Promise<boolean> {
      return (await this.established())?.isUp() === false;
    }

    async logOut(): Promise<void> {
      const connection = await this.established();
      this.connection = null;
      if (connection?.isUp() !== true) return;
      // What cannot be ended politely ends by itself.
      await new Promise<void>((resolve) => connection.destroy(() => resolve()));
    }

    private async established(): Promise<Connection | undefined> {
      return this.connection?.catch(() => undefined);
    }

    // The stock one knows neither another access URL nor all ways to log in, and sets three parameters of its own.
    protected override async initConnection(): Promise<Connection> {
      const connection = await options.newConnection();
      // Not connectAsync, which resolves also where the login was refused.
      await new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error ? reject(loginError(error)) : resolve()));
      });
      const parameters = {
        ...snowflakeCapabilities.sessionParameters,
        STATEMENT_TIMEOUT_IN_SECONDS: options.statementTimeoutSec,
        MULTI_STATEMENT_COUNT: 1,
        // Whoever asked is gone with this process: nobody wants the answer any more.
        ABORT_DETACHED_QUERY: true,
      };
      await this.execute(connection, this.buildAlterSessionSql(parameters), [], false);
      return connection;
    }

    // The stock one logs in once for each of the statements that find no session, and keeps the last.
    protected override getConnection(): Promise<Connection> {
      const before = this.connection;
      const connect = (): Promise<Connection> => this.initConnection();
      this.connection =
        before === null ? connect() : before.then((known) => (known.isUp() ? known : connect()), connect);
      return this.connection;
    }

    protected override executeCancelable<R>(
      connection: Promise<Connection>,
      statement: Omit<StatementOption, 'complete'>,
      onComplete: (ran: RowStatement, rows: Record<string, unknown>[] | undefined) => R | PromiseLike<R>,
    ): CancelablePromise<R> {
      // An id of its own makes a statement that is sent again the same statement.
      const sent = { ...statement, requestId: randomUUID(), parameters: { QUERY_TAG: tag() } };
      return super.executeCancelable(connection, sent, onComplete);
    }
  }

  return new Session();
}

/** Its own words do not say whose login it was: the pipeline's has long succeeded by then. */
function loginError(error: Error): Error {
  const code: unknown = Object(error).code;
  const message = `the semantic layer cannot log in to Snowflake (its own user, role and warehouse, where they are set): ${error.message}`;
  return Object.assign(new Error(message, { cause: error }), { code });
}

function tag(): string {
  return withWorkTag({ task: 'semantic' }, () => JSON.stringify(workTag()));
}

/** Cube sends text, numbers, booleans and null; all go as text, and the SQL says of what type they are. */
function toBind(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  throw new TypeError(`a query parameter of type ${typeof value} cannot be sent to Snowflake`);
}

/** Cube's driver brings the SDK: 0.6 s, hence not before somebody has chosen Snowflake. */
function load(): Pick<typeof DriverModule, 'SnowflakeDriver'> {
  return createRequire(import.meta.url)('@cubejs-backend/snowflake-driver') as typeof DriverModule;
}
