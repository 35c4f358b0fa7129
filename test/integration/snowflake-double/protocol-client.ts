import process from 'node:process';
import type { Connection, ConnectionOptions, RowStatement, StatementOption } from 'snowflake-sdk';
import { startDoubleOver } from '../../support/snowflake-double/double.ts';
import type { DoubleOptions, SnowflakeDouble } from '../../support/snowflake-double/double.ts';
import { stubEngine } from './protocol-stub.ts';
import type { StubSeen } from './protocol-stub.ts';

// Read by the driver when it is imported.
process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
process.env['SNOWFLAKE_DISABLE_MINICORE'] = 'true';
const { default: snowflake } = await import('snowflake-sdk');
snowflake.configure({ logLevel: 'OFF' });

export interface Rig extends AsyncDisposable {
  readonly double: SnowflakeDouble;
  readonly seen: StubSeen;
  /** A new connection that is logged in. */
  readonly connect: (more?: Partial<ConnectionOptions>) => Promise<Connection>;
}

/** The real driver against the HTTP half over a stub. */
export async function protocolRig(options?: DoubleOptions): Promise<Rig> {
  const { open, seen } = stubEngine();
  const double = await startDoubleOver(open, options);
  const connections: Connection[] = [];
  return {
    double,
    seen,
    connect: async (more = {}) => {
      const connection = await connectTo({ ...driverOptions(double), ...more });
      connections.push(connection);
      return connection;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map(ended));
      await double[Symbol.asyncDispose]();
    },
  };
}

/** The driver, logged in; by a key pair when no other way is said. */
export async function connectTo(options: ConnectionOptions): Promise<Connection> {
  const connection = snowflake.createConnection({ authenticator: 'SNOWFLAKE_JWT', ...options });
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  return connection;
}

export interface Answered {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly statement: RowStatement;
}

/** One statement through the driver. */
export async function run(
  connection: Connection,
  sqlText: string,
  more: Partial<StatementOption> = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      ...more,
      complete: (error, statement, rows) => {
        if (error) reject(error);
        else resolve({ rows: rows ?? [], statement });
      },
    });
  });
}

/** What the driver is refused with. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: string; sqlState: string; message: string }> {
  try {
    await work;
  } catch (error) {
    const { code, sqlState, message } = error as { code?: unknown; sqlState?: string; message: string };
    return { code: String(code), sqlState: sqlState ?? '', message };
  }
  throw new Error('it was not refused');
}

function driverOptions(double: SnowflakeDouble): ConnectionOptions {
  const { account, accessUrl, user } = double.settings();
  return { account, accessUrl, username: user, privateKeyPath: double.keys.privateKeyPath };
}

/** A connection that a test has spoilt says so; it is gone all the same. */
export async function ended(connection: Connection): Promise<void> {
  await new Promise<void>((resolve) => {
    connection.destroy(() => resolve());
  });
}
