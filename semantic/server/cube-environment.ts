import process from 'node:process';
import { mostRows } from './access/caller.ts';

/**
 * All that Cube may learn from the environment. Cube reads about two hundred variables at import and at run time;
 * whatever a user's shell holds under its prefix is removed first, so that a metric is the same number everywhere.
 */
const settings: Readonly<Record<string, string>> = {
  // The planner in JavaScript, with and without the native binary: one planner, one set of numbers.
  CUBEJS_TESSERACT_SQL_PLANNER: 'false',
  CUBEJS_CACHE_AND_QUEUE_DRIVER: 'memory',
  // Rollups are kept outside the warehouse: rollups/.
  CUBEJS_EXTERNAL_DEFAULT: 'true',
  // One row more than anybody may get: what has it is refused (query-watch.ts). Cube would give the first 10,000 rows of
  // a query that names no limit, without a word.
  CUBEJS_DB_QUERY_LIMIT: String(mostRows + 1),
  CUBEJS_DB_QUERY_DEFAULT_LIMIT: String(mostRows + 1),
  CUBEJS_DEV_MODE: 'false',
  CUBEJS_TELEMETRY: 'false',
  CUBEJS_REFRESH_WORKER: 'false',
  // Models are transpiled in workers that cannot be switched off; one is enough for a dozen files.
  CUBEJS_TRANSPILATION_WORKER_THREADS_COUNT: '1',
};

/** Sets what Cube reads from the environment. Must run before its first import. */
export function applyCubeEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('CUBEJS_') || name.startsWith('CUBESQL_')) delete process.env[name];
  }
  Object.assign(process.env, settings);
}

/**
 * Runs `construct` as in production: otherwise Cube's constructor starts its playground, warns about Cube Store and
 * invents an API secret. NODE_ENV is put back, since it belongs to the whole process.
 */
export function asInProduction<T>(construct: () => T): T {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return construct();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}
