import path from 'node:path';
import process from 'node:process';
import { DuckDBInstance } from '@duckdb/node-api';
import { silentLogger } from '../../lib/logger.ts';
import { openAccess } from '../../semantic/server/access/access.ts';
import { createDuckdbReader } from '../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../semantic/server/semantic.ts';
import { createSqlEngine } from '../../semantic/sql/create-engine.ts';
import { startSqlServer } from '../../semantic/sql/server.ts';
import { commandSchema, jobSchema } from './messages.ts';
import type { SqlFacts } from './messages.ts';

/** The SQL API over the marts that the load before it has left. */
const job = jobSchema.parse(JSON.parse(process.argv[2] ?? ''));
const instance = await DuckDBInstance.create(job.file, { memory_limit: '400MB', threads: '2' });
const access = await openAccess(path.join(job.folder, 'access.yml'), silentLogger);
const semantic = await createSemantic({
  openReader: (cube) => createDuckdbReader(cube, instance),
  modelDir: path.join(import.meta.dirname, '../../semantic/model'),
  logger: silentLogger,
  access,
  publication: { version: 1, models: [], publishedAt: null, sourceCommittedAt: null },
});
const rest = semantic.app.listen(0, '127.0.0.1');
await new Promise((resolve) => rest.once('listening', resolve));
const restAddress = rest.address();

const startedAt = Date.now();
const engine = await createSqlEngine({ semantic, folder: job.folder, logger: silentLogger });
const server = await startSqlServer({
  engine,
  access,
  logger: silentLogger,
  host: '127.0.0.1',
  port: 0,
  maxConnections: 1_200,
});

function facts(): SqlFacts {
  globalThis.gc?.();
  return {
    port: server.port,
    restPort: typeof restAddress === 'object' && restAddress !== null ? restAddress.port : 0,
    startedAt,
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  const { kind } = commandSchema.parse(message);
  if (kind === 'stop') process.exit(0);
  else process.send?.(facts());
});
process.send?.(facts());
