import process from 'node:process';
import type { SnowflakeDouble } from './double.ts';

/** How a user says where the account is: in the environment. */
export function connectionTo(double: Pick<SnowflakeDouble, 'settings'>): NodeJS.ProcessEnv {
  const { account, accessUrl, user, warehouse, database, auth } = double.settings();
  return {
    ...process.env,
    SHOPWAVE_SNOWFLAKE_ACCOUNT: account,
    SHOPWAVE_SNOWFLAKE_URL: accessUrl,
    SHOPWAVE_SNOWFLAKE_USER: user,
    SHOPWAVE_SNOWFLAKE_WAREHOUSE: warehouse,
    SHOPWAVE_SNOWFLAKE_DATABASE: database,
    SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH: auth.privateKeyPath,
  };
}
