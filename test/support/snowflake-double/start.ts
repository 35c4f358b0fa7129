import { startDoubleOver } from './double.ts';
import type { DoubleOptions, SnowflakeDouble as DoubleOver } from './double.ts';
import { openEngine } from './engine/open.ts';
import type { AccountAdmin } from './engine/open.ts';

export type SnowflakeDouble = DoubleOver<AccountAdmin>;

/** The double of a Snowflake account in this process: the HTTP half over the engine. */
export async function startSnowflakeDouble(options?: DoubleOptions): Promise<SnowflakeDouble> {
  return startDoubleOver(openEngine, options);
}
