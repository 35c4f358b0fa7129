import { DuckDBInstance } from '@duckdb/node-api';
import { silentLogger } from '../../lib/logger.ts';
import { readMartsSql, readShopSql } from '../../semantic/golden/world.ts';
import { createDuckdbReader } from '../../semantic/server/duckdb-driver.ts';
import { createWorkbench } from '../../semantic/server/workbench.ts';
import type { Workbench } from '../../semantic/server/workbench.ts';

/** The seeded shop of the golden answers in memory, for as long as `work` takes. Nothing of the platform is opened. */
export async function inGoldenWorld<T>(work: (bench: Workbench) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    // As the platform opens its database; and as Snowflake sorts.
    default_null_order: 'nulls_last_on_asc_first_on_desc',
  });
  const bench = createWorkbench({
    openReader: (cube) => createDuckdbReader(cube, instance),
    logger: silentLogger,
  });
  try {
    const owner = await instance.connect();
    await owner.run(await readMartsSql());
    await owner.run(await readShopSql());
    owner.closeSync();
    return await work(bench);
  } finally {
    await bench.close();
    instance.closeSync();
  }
}
