import type { ConnectionOptions } from 'snowflake-sdk';
import { readWarehouseSettings } from '../../../cli/warehouse-settings.ts';
import { credentials } from '../../../warehouse/snowflake/connect.ts';
import type { SnowflakeSettings } from '../../../warehouse/snowflake/settings.ts';

/** The account that the environment names; undefined where it names none. `name` is what is made there. */
export async function readAccount(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): Promise<SnowflakeSettings | undefined> {
  if ((env['SHOPWAVE_SNOWFLAKE_ACCOUNT'] ?? '') === '') return undefined;
  const own = { SHOPWAVE_SNOWFLAKE_DATABASE: name, SHOPWAVE_SNOWFLAKE_WAREHOUSE: name };
  const choice = await readWarehouseSettings({ env: { ...env, ...own }, flag: 'snowflake' });
  return choice.kind === 'snowflake' ? choice.pipeline : undefined;
}

/** The same for the driver alone. */
export async function driverOptions(settings: SnowflakeSettings): Promise<ConnectionOptions> {
  const { account, accessUrl, user, role, warehouse } = settings;
  return {
    account,
    ...(accessUrl === undefined ? {} : { accessUrl }),
    username: user,
    ...(role === undefined ? {} : { role }),
    warehouse,
    ...(await credentials(settings.auth)),
  };
}
