import process from 'node:process';
import type { Logger } from '../../lib/logger.ts';

export type Sdk = typeof import('snowflake-sdk');

/**
 * Read by the driver when it is imported: it would ask metadata services of three clouds where it is (200 ms), load a
 * native library, and report the shape of each connection.
 */
const switchedOff = {
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: 'true',
  SNOWFLAKE_DISABLE_MINICORE: 'true',
  SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: 'true',
} as const;

let loading: Promise<Sdk> | undefined;

/**
 * The driver, imported when it is first needed: that takes 0.6 s and 60 MB, which nobody should pay who works on DuckDB.
 * It is one for the process, and so are its log lines: by itself it writes them to the console and to ./snowflake.log.
 */
export async function loadSdk(logger: Logger): Promise<Sdk> {
  loading ??= importSdk();
  const sdk = await loading;
  sdk.configure({ logLevel: 'WARN', customLogger: driverLogger(logger) });
  return sdk;
}

async function importSdk(): Promise<Sdk> {
  for (const [name, value] of Object.entries(switchedOff)) process.env[name] ??= value;
  const module = (await import('snowflake-sdk')) as Sdk & { readonly default?: Sdk };
  return module.default ?? module;
}

/** All of it as debug lines: what matters of it comes back as errors, and those are reported by whoever gets them. */
function driverLogger(logger: Logger) {
  const line = (message: string): void => logger.debug('snowflake-sdk', { cause: message });
  return { error: line, warn: line, info: line, debug: line, trace: line };
}
