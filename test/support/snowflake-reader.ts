import { silentLogger } from '../../lib/logger.ts';
import type { OpenCubeReader } from '../../semantic/server/cube-reader.ts';
import { createSnowflakeReader } from '../../semantic/server/snowflake-driver.ts';
import { newConnection } from '../../warehouse/snowflake/connect.ts';
import { parseSnowflakeSettings } from '../../warehouse/snowflake/settings.ts';

/** The semantic layer's way to an account, made as the command makes it. */
export async function snowflakeReader(given: object, statementTimeoutSec = 60): Promise<OpenCubeReader> {
  const login = await newConnection(parseSnowflakeSettings(given), silentLogger);
  return (cube) => createSnowflakeReader(cube, { newConnection: login, statementTimeoutSec });
}
