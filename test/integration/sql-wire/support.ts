import { onTestFinished } from 'vitest';
import pg from 'pg';
import { silentLogger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import { startSqlServer } from '../../../semantic/sql/server.ts';
import type { SqlServer, SqlServerOptions } from '../../../semantic/sql/server.ts';
import { createSqlEngineDouble } from '../../support/sql-engine-double.ts';
import type { SqlEngineDouble } from '../../support/sql-engine-double.ts';

export interface TestServer extends SqlServer {
  readonly engine: SqlEngineDouble;
  /** A client that is closed with the test. */
  readonly connect: (config?: pg.ClientConfig) => Promise<pg.Client>;
}

/** A server in front of the double; closed with the test. */
export async function serveSql(options: Partial<SqlServerOptions> = {}): Promise<TestServer> {
  const engine = createSqlEngineDouble();
  const server = await startSqlServer({
    engine,
    access: openToLocals,
    logger: silentLogger,
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  onTestFinished(() => server.close());
  return {
    ...server,
    engine,
    connect: async (config) => {
      const client = new pg.Client({
        host: '127.0.0.1',
        port: server.port,
        user: 'ana',
        database: 'shop',
        ...config,
      });
      // What the server ends is told by the query that it ends.
      client.on('error', () => {});
      await client.connect();
      onTestFinished(() => client.end());
      return client;
    },
  };
}
