import { randomUUID } from 'node:crypto';
import type { Connection, ConnectionOptions } from 'snowflake-sdk';
import type { Clock } from '../../lib/clock.ts';
import { ShopwaveError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { snowflakeCapabilities } from '../capabilities.ts';
import { quoteLiteral } from '../sql-text.ts';
import { clockSkewSec } from './clock-skew.ts';
import { snowflakeErrors } from './errors.ts';
import { endSession } from './link.ts';
import type { Link } from './link.ts';
import { loadSdk } from './sdk.ts';
import type { Sdk } from './sdk.ts';
import { readPrivateKey } from './settings.ts';
import type { SnowflakeSettings } from './settings.ts';
import { statementParameters } from './statement.ts';
import { submit } from './submit.ts';
import { typedError } from './typed-error.ts';

/** A login by key pair is valid for two minutes, from the moment that this machine takes for now. */
const bearableSkewSec = 60;

/** Logs in and sets the session up. Throws typed errors. */
export async function connect(sdk: Sdk, settings: SnowflakeSettings, clock: Clock): Promise<Link> {
  const options = await connectionOptions(settings);
  let connection: Connection;
  try {
    connection = sdk.createConnection(options);
    await login(connection);
  } catch (error) {
    throw await loginError(error, settings, clock);
  }
  const link: Link = { connection, isBroken: false, autocommits: true, usedAtMs: clock.monotonicMs() };
  const sql = sessionSetup();
  try {
    await submit(connection, {
      sql,
      requestId: randomUUID(),
      parameters: statementParameters({ settings }, {}),
    }).done;
    return link;
  } catch (error) {
    await endSession(link, clock);
    throw typedError(error, sql, settings);
  }
}

/** For whoever brings a driver's session of its own: makes connections that are still to log in. */
export async function newConnection(
  settings: SnowflakeSettings,
  logger: Logger,
): Promise<() => Promise<Connection>> {
  const sdk = await loadSdk(logger);
  return async () => sdk.createConnection(await connectionOptions(settings));
}

/** What the driver wants to be given. */
export async function connectionOptions(settings: SnowflakeSettings): Promise<ConnectionOptions> {
  return {
    account: settings.account,
    ...(settings.accessUrl === undefined ? {} : { accessUrl: settings.accessUrl.replace(/\/+$/, '') }),
    username: settings.user,
    ...(settings.role === undefined ? {} : { role: settings.role }),
    warehouse: settings.warehouse,
    database: settings.database,
    ...(await credentials(settings.auth)),
    application: 'ShopWave_ELT',
    // Idle sessions are given up instead (pool.ts): a heartbeat an hour for each would keep them alive for nothing.
    clientSessionKeepAlive: false,
    // Rows that the driver keeps ready for a reader; its default of ten makes it turn to the event loop all the time.
    rowStreamHighWaterMark: 1_000,
    sfRetryMaxLoginRetries: 4,
  };
}

type Auth = SnowflakeSettings['auth'];

/** How the driver is to log in. */
export async function credentials(auth: Auth): Promise<ConnectionOptions> {
  switch (auth.kind) {
    case 'key-pair':
      return {
        authenticator: 'SNOWFLAKE_JWT',
        privateKey: await readPrivateKey(auth.privateKeyPath, auth.passphrase),
      };
    case 'workload-identity':
      return {
        authenticator: 'WORKLOAD_IDENTITY',
        workloadIdentityProvider: auth.provider,
        ...(auth.token === undefined ? {} : { token: auth.token }),
      };
    case 'token':
      return { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: auth.token };
  }
}

function login(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: unknown): void =>
      error === undefined || error === null ? resolve() : reject(error);
    connection.connectAsync(done).catch(reject);
  });
}

/** One statement: the driver takes no parameters of the session at the login. */
function sessionSetup(): string {
  const parameters = {
    ...snowflakeCapabilities.sessionParameters,
    // One text, one statement, whatever the account allows: a read must not bring others along.
    MULTI_STATEMENT_COUNT: 1,
    // Variants in one line, as DuckDB prints JSON.
    JSON_INDENT: 0,
    // A statement that was sent goes on when its sender is cut off, and is asked for again by its id.
    ABORT_DETACHED_QUERY: false,
  };
  const assignments = Object.entries(parameters).map(
    ([name, value]) => `${name} = ${typeof value === 'string' ? quoteLiteral(value) : value}`,
  );
  return `alter session set ${assignments.join(' ')}`;
}

async function loginError(error: unknown, settings: SnowflakeSettings, clock: Clock): Promise<ShopwaveError> {
  const typed = typedError(error, `login of ${settings.user} to ${settings.account}`, settings);
  if (typed.code === 'WAREHOUSE_STATEMENT_FAILED') {
    // The driver, or the cloud that is to vouch for this machine, has said no before Snowflake could.
    return snowflakeErrors.error('WAREHOUSE_LOGIN_REFUSED', {
      message: typed.message,
      where: typed.where,
      cause: error,
    });
  }
  if (typed.code !== 'WAREHOUSE_LOGIN_REFUSED' || settings.auth.kind !== 'key-pair') return typed;
  // Snowflake calls every token that it does not take invalid; what its clock says tells the reasons apart.
  const url = settings.accessUrl ?? `https://${settings.account}.snowflakecomputing.com`;
  const skewSec = await clockSkewSec(url, clock);
  if (skewSec === undefined || Math.abs(skewSec) < bearableSkewSec) return typed;
  return snowflakeErrors.error('WAREHOUSE_CLOCK_SKEWED', {
    message: `this clock is ${Math.abs(skewSec)} s ${skewSec > 0 ? 'ahead of' : 'behind'} Snowflake's, and the login was refused: ${typed.message}`,
    where: url,
    cause: error,
  });
}
