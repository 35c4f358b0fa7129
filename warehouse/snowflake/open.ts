import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { snowflakeCapabilities } from '../capabilities.ts';
import type { Row, StatementOptions, Warehouse } from '../warehouse.ts';
import { appendFile } from './append-file.ts';
import { operateOn } from './autocommit.ts';
import { connect } from './connect.ts';
import { DutyKeeper } from './duty-keeper.ts';
import { Pool } from './pool.ts';
import { mustBeOneRead } from './read-only.ts';
import { executeStatement, queryRows, streamRows } from './rows-of.ts';
import { loadSdk } from './sdk.ts';
import { requestOf, snowflakeSession } from './session.ts';
import type { SnowflakeSession } from './session.ts';
import { parseSnowflakeSettings } from './settings.ts';
import type { SnowflakeSettingsInput } from './settings.ts';
import { stageFiles } from './stage-files.ts';
import { inTransaction } from './transaction.ts';
import { typedError } from './typed-error.ts';
import type { AutocommitDeps } from './autocommit.ts';

/** The production warehouse; its sessions take many rows in one statement. */
export interface SnowflakeWarehouse extends Warehouse, SnowflakeSession {
  readonly transaction: <T>(work: (session: SnowflakeSession) => Promise<T>) => Promise<T>;
}

export interface SnowflakeDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Logs in once, so that what stands in the way is known at once, and wakes nothing. */
export async function openSnowflakeWarehouse(
  input: SnowflakeSettingsInput,
  { clock, logger }: SnowflakeDeps,
): Promise<SnowflakeWarehouse> {
  const settings = parseSnowflakeSettings(input);
  const sdk = await loadSdk(logger);
  const { maxConnections, statementTimeoutSec } = settings;
  const pool = new Pool({
    connect: () => connect(sdk, settings, clock),
    max: maxConnections,
    clock,
    waitMs: statementTimeoutSec * 1_000,
  });
  await pool.use(async () => {});
  const duty = new DutyKeeper({
    warehouse: settings.warehouse,
    isOperated: settings.operateWarehouse,
    idleMs: settings.suspendAfterIdleMs,
    operate: (sql) =>
      pool
        .use((link) => operateOn({ settings, clock }, link)(sql))
        .catch((error: unknown) => {
          throw typedError(error, sql, settings);
        }),
    clock,
    logger,
  });
  const deps: AutocommitDeps = { settings, clock, logger, pool, duty };
  const session = snowflakeSession({
    query: (request) => queryRows(deps, request),
    execute: (request) => executeStatement(deps, request),
  });
  return {
    ...session,
    capabilities: snowflakeCapabilities,
    transaction: (work) => inTransaction(deps, work),
    stream: (sql, params, options) => streamRows(deps, requestOf(sql, params, options)),
    queryReadOnly: (sql, limit, options) => readOnly(deps, sql, limit, options),
    reach: stageFiles({ session, settings, clock, logger }),
    appendFile: (inside, file) => appendFile(clock, inside, file),
    close: () =>
      pool.close((use) => duty.close((sql) => use((link) => operateOn({ settings, clock }, link)(sql)))),
  };
}

/** One read, and no more rows of it than asked for: Snowflake itself cuts the result. */
async function readOnly(
  deps: AutocommitDeps,
  sql: string,
  limit: number,
  options: StatementOptions | undefined,
): Promise<Row[]> {
  mustBeOneRead(sql);
  const parameters = { ROWS_PER_RESULTSET: Math.max(1, limit) };
  const rows = await queryRows(deps, { sql, options, parameters });
  return rows.slice(0, limit);
}
