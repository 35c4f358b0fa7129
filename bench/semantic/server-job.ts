import { access } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Express } from 'express';
import { silentLogger } from '../../lib/logger.ts';
import { openAccess } from '../../semantic/server/access/access.ts';
import { createDuckdbReader } from '../../semantic/server/duckdb-driver.ts';
import { createSemantic } from '../../semantic/server/semantic.ts';
import { createMarts, lastDay, publish } from './marts.ts';
import { commandSchema, jobSchema } from './messages.ts';
import type { Facts } from './messages.ts';
import { createPlainCube } from './plain-cube.ts';

/** The semantic layer over a warehouse file of its own, and Cube as it comes beside it, in one process. */
const job = jobSchema.parse(JSON.parse(process.argv[2] ?? ''));
const modelDir = path.join(import.meta.dirname, '../../semantic/model');
const isThere = await access(job.file).then(
  () => true,
  () => false,
);
const instance = await DuckDBInstance.create(job.file, { memory_limit: '400MB', threads: '2' });
const publisher = await instance.connect();
if (!isThere) await createMarts(publisher, job.lines);

let version = 1;
let publishMs = 0;
let peakRssMb = 0;
const news = (models: readonly string[]) => ({
  version,
  models,
  publishedAt: new Date().toISOString(),
  sourceCommittedAt: new Date().toISOString(),
});
const semantic = await createSemantic({
  openReader: (cube) => createDuckdbReader(cube, instance),
  modelDir,
  logger: silentLogger,
  access: await openAccess(path.join(job.folder, 'access.yml'), silentLogger),
  publication: news([]),
  rollupsFile: path.join(job.folder, 'rollups.duckdb'),
  martChanges: {
    // As the feeds of the marts would say: a publication of this bench adds to one day.
    since: async (watched, since) => ({
      version,
      months: watched.map(() => (since === 0 ? 'all' : new Set([`${lastDay.slice(0, 7)}-01`]))),
    }),
    version: async () => version,
  },
});
await semantic.refresh();
const plain = await createPlainCube(instance, modelDir);
const ports = [await listen(semantic.app), await listen(plain)] as const;
setInterval(() => (peakRssMb = Math.max(peakRssMb, rssMb())), 250);

async function listen(app: Express): Promise<number> {
  const server = app.listen(0, '127.0.0.1', 1_000);
  // As the platform's own server.
  server.keepAliveTimeout = 75_000;
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

function rssMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

function facts(): Facts {
  const { user, system } = process.cpuUsage();
  return {
    version,
    ports: [ports[0], ports[1]],
    statements: semantic.statementsSent(),
    rssMb: rssMb(),
    peakRssMb,
    cpuSeconds: (user + system) / 1e6,
    publishMs,
  };
}

async function publishNext(): Promise<void> {
  const startMs = performance.now();
  await publish(publisher, version + 1);
  version += 1;
  await semantic.refresh(news(['fct_order_events']));
  publishMs = Math.round(performance.now() - startMs);
}

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  const { kind } = commandSchema.parse(message);
  if (kind === 'stop') process.exit(0);
  if (kind === 'facts') process.send?.(facts());
  else void publishNext().then(() => process.send?.(facts()));
});
process.send?.(facts());
