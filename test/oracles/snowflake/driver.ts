import process from 'node:process';
import type { Bind, Connection, ConnectionOptions } from 'snowflake-sdk';
import { snowflakeCapabilities } from '../../../warehouse/capabilities.ts';
import type { SqlValue } from '../../../warehouse/warehouse.ts';

/** A column of a result, as the server describes it. */
export interface Column {
  readonly name: string;
  /** The driver's word for a type: fixed, real, text, boolean, date, timestamp_ntz, variant, ... */
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
}

export interface Answer {
  readonly columns: readonly Column[];
  readonly rows: ReadonlyArray<readonly unknown[]>;
}

/** One session, by way of the driver alone: what the adapter makes of answers is tested by the conformance suite. */
export interface Driver extends AsyncDisposable {
  readonly ask: (sql: string, binds?: readonly SqlValue[]) => Promise<Answer>;
}

/** Opens a session with the platform's session parameters. */
export async function openDriver(options: ConnectionOptions): Promise<Driver> {
  // Read when the driver is imported, which would otherwise ask the clouds' metadata services where it is.
  process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
  process.env['SNOWFLAKE_DISABLE_MINICORE'] = '1';
  const { default: sdk } = await import('snowflake-sdk');
  sdk.configure({ logLevel: 'OFF' });
  const connection = sdk.createConnection({
    fetchAsString: ['Number', 'Date', 'JSON'],
    representNullAsStringNull: false,
    rowMode: 'array',
    ...options,
  });
  await connection.connectAsync(() => undefined);
  const driver: Driver = {
    ask: async (sql, binds) => await ask(connection, sql, binds),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        connection.destroy(() => resolve());
      }),
  };
  const settings = Object.entries(snowflakeCapabilities.sessionParameters).map(
    ([name, value]) => `${name} = ${typeof value === 'string' ? `'${value}'` : value}`,
  );
  await driver.ask(`alter session set ${settings.join(', ')}`);
  return driver;
}

/** A whole number beyond what a JS number holds is bound as text, which a server makes a number of. */
function bindOf(value: SqlValue): Bind {
  return typeof value === 'bigint' ? String(value) : value;
}

async function ask(
  connection: Connection,
  sqlText: string,
  binds: readonly SqlValue[] = [],
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      ...(binds.length > 0 ? { binds: binds.map(bindOf) } : {}),
      complete: (error, statement, rows) => {
        if (error !== undefined && error !== null) return reject(error);
        const columns = (statement?.getColumns() ?? []).map((each) => ({
          name: each.getName(),
          type: each.getType(),
          precision: each.getPrecision(),
          scale: each.getScale(),
        }));
        resolve({ columns, rows: (rows ?? []) as ReadonlyArray<readonly unknown[]> });
      },
    });
  });
}
