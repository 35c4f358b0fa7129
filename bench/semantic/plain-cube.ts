import { randomUUID } from 'node:crypto';
import process from 'node:process';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { CreateOptions } from '@cubejs-backend/server-core';
import express from 'express';
import type { Express } from 'express';
import { asInProduction } from '../../semantic/server/cube-environment.ts';
import { loadCube } from '../../semantic/server/cube-modules.ts';
import { createDuckdbReader } from '../../semantic/server/duckdb-driver.ts';
import { withoutRollups } from './plain-model.ts';
import { readServedModel } from '../../semantic/server/model-files.ts';

/** Cube's server-core with its own cache and queue over the same warehouse and model, everybody let in. */
export async function createPlainCube(instance: DuckDBInstance, modelDir: string): Promise<Express> {
  const cube = loadCube();
  // Of its own process; Cube asks for it where it is given a driver rather than a type.
  process.env['CUBEJS_DB_TYPE'] = 'duckdb';
  const reader = createDuckdbReader(cube, instance);
  const { files } = await readServedModel(modelDir, cube.native === 'binary');
  const constant =
    <T>(value: T) =>
    () =>
      value;
  const options: CreateOptions = {
    apiSecret: randomUUID(),
    checkAuth: async () => {},
    devServer: false,
    telemetry: false,
    logger: () => {},
    scheduledRefreshTimer: false,
    cacheAndQueueDriver: 'memory',
    driverFactory: () => reader.driver,
    dialectFactory: constant(reader.dialect) as unknown as NonNullable<CreateOptions['dialectFactory']>,
    // Without rollups: as they come, they would be built by the first query of each.
    preAggregationsSchema: 'plain',
    repositoryFactory: () => ({
      localPath: () => modelDir,
      dataSchemaFiles: async () =>
        files.map(({ fileName, content }) => ({ fileName, content: withoutRollups(content) })),
    }),
  };
  class PlainCube extends cube.CubejsServerCore {
    protected override contextToDbType = async (): Promise<'duckdb'> => 'duckdb';
  }
  const app = express();
  await asInProduction(() => new PlainCube(options)).initApp(app);
  return app;
}
