import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { dataPaths } from '../data-dir.ts';
import { prepareServerFiles } from '../local/server-files.ts';
import { ok } from './check.ts';
import type { Check } from './check.ts';

const run = promisify(execFile);

/** Compiled parts that npm delivered: each is really loaded. */
export const nativeChecks: readonly Check[] = [
  {
    name: 'embedded PostgreSQL',
    run: async ({ dataDir }) => {
      const files = await prepareServerFiles(dataPaths(dataDir).postgres, { kind: 'self' });
      const { stdout } = await run(files.postgres, ['--version']);
      return ok(stdout.trim());
    },
  },
  {
    name: 'DuckDB',
    run: async () => {
      const duckdb = await import('@duckdb/node-api');
      const instance = await duckdb.DuckDBInstance.create(':memory:');
      instance.closeSync();
      return ok(`DuckDB ${duckdb.version()}`);
    },
  },
  {
    name: 'Cube native module',
    run: async () => {
      const require = createRequire(import.meta.url);
      const folder = path.dirname(require.resolve('@cubejs-backend/native/package.json'));
      return access(path.join(folder, 'index.node')).then(
        () => ok('present'),
        () => ok('absent; the JavaScript stand-in is used (optional)'),
      );
    },
  },
];
