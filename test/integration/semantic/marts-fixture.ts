import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { readMartsSql, readShopSql, statementsOf } from '../../../semantic/golden/world.ts';

const tables = await readMartsSql();
const rows = await readShopSql();
export const everyMart = [...tables.matchAll(/create table marts\.(\w+)/g)].map(([, name = '']) => name);

/** The same shop as statements, for a warehouse that takes one at a time. */
export const shopStatements: readonly string[] = statementsOf(`${tables}${rows}`);

/** An in-memory warehouse; the connection is a publisher's, not the semantic layer's. */
export interface MartsFixture {
  readonly instance: DuckDBInstance;
  readonly publisher: DuckDBConnection;
  readonly close: () => void;
}

/** A warehouse with the small shop above, with empty marts, or with nothing at all. */
export async function createMarts(content: 'shop' | 'empty' | 'nothing' = 'shop'): Promise<MartsFixture> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    // As the platform opens its database; and as Snowflake sorts.
    default_null_order: 'nulls_last_on_asc_first_on_desc',
  });
  const publisher = await instance.connect();
  if (content === 'shop') await publishShop(publisher);
  if (content === 'empty') await publisher.run(tables);
  return {
    instance,
    publisher,
    close: () => {
      publisher.closeSync();
      instance.closeSync();
    },
  };
}

/** The first publication of the small shop. */
export async function publishShop(publisher: DuckDBConnection): Promise<void> {
  await publisher.run(tables);
  await publisher.run(rows);
}
