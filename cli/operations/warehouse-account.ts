import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { Names } from '../../warehouse/snowflake/setup/names.ts';
import { readWarehouseSettings } from '../warehouse-settings.ts';
import type { OpenAccount } from './warehouse-setup.ts';

/** Who connects to set an account up; what is not said is as the environment and shopwave.yml say for the pipeline. */
export interface AccountFlags {
  readonly user?: string;
  readonly role?: string;
  readonly warehouse?: string;
  readonly privateKey?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Connects as an administrator. The warehouse need not exist yet: it is not woken, and only what SHOW cannot tell is
 * asked on it.
 */
export function accountOpener(flags: AccountFlags, env: Environment): (names: Names) => OpenAccount {
  return (names) => async () => {
    const choice = await readWarehouseSettings({
      env: asAdministrator(flags, env, names),
      flag: 'snowflake',
    });
    if (choice.kind !== 'snowflake') throw new Error('a flag decides the warehouse');
    const { openSnowflakeWarehouse } = await import('../../warehouse/snowflake/open.ts');
    return await openSnowflakeWarehouse(
      { ...choice.pipeline, operateWarehouse: false, maxConnections: 1 },
      { clock: systemClock, logger: silentLogger },
    );
  };
}

function asAdministrator(flags: AccountFlags, env: Environment, names: Names): Environment {
  const { user, role = 'ACCOUNTADMIN', warehouse = names.shared('ADHOC'), privateKey } = flags;
  return {
    ...env,
    ...(user === undefined ? {} : { SHOPWAVE_SNOWFLAKE_USER: user }),
    ...(privateKey === undefined ? {} : { SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH: privateKey }),
    SHOPWAVE_SNOWFLAKE_ROLE: role,
    SHOPWAVE_SNOWFLAKE_WAREHOUSE: warehouse,
    SHOPWAVE_SNOWFLAKE_DATABASE: names.database,
    // The semantic layer's own are no part of this.
    SHOPWAVE_SNOWFLAKE_SEMANTIC_USER: undefined,
    SHOPWAVE_SNOWFLAKE_SEMANTIC_ROLE: undefined,
    SHOPWAVE_SNOWFLAKE_SEMANTIC_WAREHOUSE: undefined,
  };
}
