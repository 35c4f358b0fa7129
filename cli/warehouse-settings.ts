import { z } from 'zod';
import { snowflakeSettings } from '../warehouse/snowflake/settings.ts';
import type { SnowflakeSettings } from '../warehouse/snowflake/settings.ts';
import { invalidSetting, readConfigFile } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { cliErrors } from './errors.ts';
import { warehouseKinds } from './warehouse-kinds.ts';
import type { WarehouseKind } from './warehouse-kinds.ts';

/** The warehouse of this installation, with how to reach it. */
export type WarehouseChoice =
  | {
      readonly kind: 'duckdb';
      /** Its memory, such as '2GB'; what exceeds it spills to disk. */
      readonly memoryLimit?: string;
    }
  | {
      readonly kind: 'snowflake';
      /** For loading and transforming. */
      readonly pipeline: SnowflakeSettings;
      /** For metrics: a role that sees published marts alone, on a warehouse of its own. */
      readonly semantic: SnowflakeSettings;
    };

/** Settings that the environment has the last word on; a secret belongs there, or into a file of its own. */
const variables: Readonly<Record<string, string>> = {
  SHOPWAVE_SNOWFLAKE_ACCOUNT: 'account',
  SHOPWAVE_SNOWFLAKE_URL: 'accessUrl',
  SHOPWAVE_SNOWFLAKE_USER: 'user',
  SHOPWAVE_SNOWFLAKE_ROLE: 'role',
  SHOPWAVE_SNOWFLAKE_WAREHOUSE: 'warehouse',
  SHOPWAVE_SNOWFLAKE_DATABASE: 'database',
};

const semanticVariables: Readonly<Record<string, string>> = {
  SHOPWAVE_SNOWFLAKE_SEMANTIC_USER: 'user',
  SHOPWAVE_SNOWFLAKE_SEMANTIC_ROLE: 'role',
  SHOPWAVE_SNOWFLAKE_SEMANTIC_WAREHOUSE: 'warehouse',
};

const kindVariable = 'SHOPWAVE_WAREHOUSE';
const memoryVariable = 'SHOPWAVE_DUCKDB_MEMORY_LIMIT';

const memoryLimit = z
  .string()
  .regex(/^[1-9]\d*(\.\d+)? ?[KMGT]i?B$/, 'expected an amount such as 2GB or 900MB');

const fileShape = z
  .strictObject({
    kind: z.enum(warehouseKinds).optional(),
    duckdb: z.strictObject({ memoryLimit: memoryLimit.optional() }).optional(),
    snowflake: z.looseObject({ semantic: z.looseObject({}).optional() }).optional(),
  })
  .optional();

type Environment = Readonly<Record<string, string | undefined>>;

/** What may decide which warehouse it is; the first that says something does. */
export interface Deciding {
  readonly env: Environment;
  /** `--warehouse`. */
  readonly flag?: WarehouseKind | undefined;
  /** What the data folder was started with before. */
  readonly remembered?: WarehouseKind | undefined;
}

/**
 * Settles the warehouse: the flag, SHOPWAVE_WAREHOUSE, shopwave.yml, what the folder remembers, DuckDB. Throws
 * CLI_CONFIG_INVALID with file and line, or CLI_SETTING_INVALID with the variable.
 */
export async function readWarehouseSettings({ env, flag, remembered }: Deciding): Promise<WarehouseChoice> {
  const file = await readConfigFile(env);
  const parsed = fileShape.safeParse(file.content['warehouse']);
  if (!parsed.success) throw invalidSetting(parsed.error, ['warehouse'], file.placeOf);
  const kind = flag ?? kindOf(env) ?? parsed.data?.kind ?? remembered ?? 'duckdb';
  if (kind === 'duckdb') {
    const limit = memoryLimitOf(env) ?? parsed.data?.duckdb?.memoryLimit;
    return { kind, ...(limit === undefined ? {} : { memoryLimit: limit }) };
  }
  const { semantic = {}, ...pipeline } = parsed.data?.snowflake ?? {};
  const written = { ...pipeline, ...saidBy(env, variables), ...authOf(env) };
  return {
    kind,
    pipeline: settingsOf(written, file),
    semantic: settingsOf(
      {
        ...written,
        ...semantic,
        ...saidBy(env, semanticVariables),
        ...authOf(env, 'SHOPWAVE_SNOWFLAKE_SEMANTIC'),
      },
      file,
    ),
  };
}

function kindOf(env: Environment): WarehouseKind | undefined {
  const said = env[kindVariable];
  if (said === undefined) return undefined;
  const kind = warehouseKinds.find((each) => each === said);
  if (kind !== undefined) return kind;
  throw cliErrors.error('CLI_SETTING_INVALID', {
    message: `"${said}" is no warehouse; there are ${warehouseKinds.join(' and ')}`,
    where: kindVariable,
    remedy: 'Correct or unset it; docs/snowflake.md says what it is.',
  });
}

function memoryLimitOf(env: Environment): string | undefined {
  const said = env[memoryVariable];
  if (said === undefined || said === '') return undefined;
  const parsed = memoryLimit.safeParse(said);
  if (parsed.success) return parsed.data;
  throw cliErrors.error('CLI_SETTING_INVALID', {
    message: `"${said}" is no amount of memory: ${parsed.error.issues[0]?.message ?? ''}`,
    where: memoryVariable,
    remedy: 'Correct or unset it.',
  });
}

function saidBy(env: Environment, names: Readonly<Record<string, string>>): Record<string, string> {
  const said: Record<string, string> = {};
  for (const [variable, setting] of Object.entries(names)) {
    const value = env[variable];
    if (value !== undefined && value !== '') said[setting] = value;
  }
  return said;
}

/** One way in, where the environment names one. */
function authOf(
  env: Environment,
  prefix = 'SHOPWAVE_SNOWFLAKE',
): { readonly auth?: Readonly<Record<string, string | undefined>> } {
  const privateKeyPath = env[`${prefix}_PRIVATE_KEY_PATH`];
  const token = env[`${prefix}_TOKEN`];
  const provider = env[`${prefix}_WORKLOAD_IDENTITY`];
  mustBeOne(prefix, { PRIVATE_KEY_PATH: privateKeyPath, TOKEN: token, WORKLOAD_IDENTITY: provider });
  if (privateKeyPath !== undefined) {
    const passphrase = env[`${prefix}_PRIVATE_KEY_PASSPHRASE`];
    return {
      auth: { kind: 'key-pair', privateKeyPath, ...(passphrase === undefined ? {} : { passphrase }) },
    };
  }
  if (token !== undefined) return { auth: { kind: 'token', token } };
  return provider === undefined ? {} : { auth: { kind: 'workload-identity', provider } };
}

function mustBeOne(prefix: string, ways: Readonly<Record<string, string | undefined>>): void {
  const said = Object.entries(ways).filter(([, value]) => value !== undefined);
  if (said.length < 2) return;
  throw cliErrors.error('CLI_SETTING_INVALID', {
    message: `there is more than one way to log in: ${said.map(([name]) => `${prefix}_${name}`).join(', ')}`,
    where: prefix,
    remedy: 'Unset all but one; docs/snowflake.md says what each is.',
  });
}

function settingsOf(written: Readonly<Record<string, unknown>>, file: ConfigFile): SnowflakeSettings {
  const parsed = snowflakeSettings.safeParse(written);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const said = issue?.path[0];
  const variable =
    said === 'auth' && issue?.path.length === 1
      ? 'SHOPWAVE_SNOWFLAKE_PRIVATE_KEY_PATH, _TOKEN or _WORKLOAD_IDENTITY'
      : Object.entries(variables).find(([, setting]) => setting === said)?.[0];
  const error = invalidSetting(parsed.error, ['warehouse', 'snowflake'], file.placeOf);
  if (variable === undefined) throw error;
  throw cliErrors.error('CLI_CONFIG_INVALID', {
    message: error.message,
    where: file.placeOf(['warehouse', 'snowflake', ...(issue?.path ?? [])]),
    remedy: `Set it in shopwave.yml, or ${variable} in the environment; docs/snowflake.md says what each is.`,
  });
}
