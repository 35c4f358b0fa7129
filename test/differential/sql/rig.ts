import { DuckDBInstance } from '@duckdb/node-api';
import pg from 'pg';
import { silentLogger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import { createSqlEngine } from '../../../semantic/sql/create-engine.ts';
import { startSqlServer } from '../../../semantic/sql/server.ts';
import { serveSemantic } from '../../integration/semantic/support.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { catalogueFolder } from '../../support/catalogue-folder.ts';
import { twinViews } from './twin.ts';
import { sqlWorld } from './world.ts';

/** The SQL API and PostgreSQL over the same rows. */
export interface SqlRig {
  readonly ours: pg.Client;
  readonly twin: pg.Client;
  readonly close: () => Promise<void>;
}

export async function startSqlRig(seed: number): Promise<SqlRig> {
  const world = await sqlWorld(seed);
  const database = await createTestDatabase();
  const twin = new pg.Client({ connectionString: database.url });
  await twin.connect();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    default_null_order: 'nulls_last_on_asc_first_on_desc',
  });
  const publisher = await instance.connect();
  await twin.query(world.tables);
  await publisher.run(world.tables);
  for (const sql of world.rows) {
    await twin.query(sql);
    await publisher.run(sql);
  }
  await twin.query(twinViews);
  const served = await serveSemantic((cube) => createDuckdbReader(cube, instance));
  const engine = await createSqlEngine({
    semantic: served.semantic,
    folder: catalogueFolder,
    logger: silentLogger,
  });
  const server = await startSqlServer({
    engine,
    access: openToLocals,
    logger: silentLogger,
    host: '127.0.0.1',
    port: 0,
  });
  const ours = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'ana', database: 'shopwave' });
  await ours.connect();
  return {
    ours,
    twin,
    close: async () => {
      await ours.end();
      await twin.end();
      await server.close();
      await engine.close();
      await served.stop();
      publisher.closeSync();
      instance.closeSync();
      await database[Symbol.asyncDispose]();
    },
  };
}
