import pg from 'pg';
import { silentLogger } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import type { Access } from '../../../semantic/server/access/access.ts';
import type { ConnectionAccess } from '../../../semantic/server/access/connections.ts';
import { createSqlEngine } from '../../../semantic/sql/create-engine.ts';
import { startSqlServer } from '../../../semantic/sql/server.ts';
import type { TlsFiles } from '../../../semantic/sql/wire/tls.ts';
import { catalogueFolder } from '../../support/catalogue-folder.ts';
import { startSemantic } from '../semantic/support.ts';
import type { SemanticFixture } from '../semantic/support.ts';

/** The SQL API over small marts, on a real socket. */
export interface Gateway {
  readonly semantic: SemanticFixture;
  readonly port: number;
  /** A client, connected; ended by `stop`. */
  readonly connect: (user?: string, password?: string) => Promise<pg.Client>;
  readonly stop: () => Promise<void>;
}

export async function startGateway(
  access: Access & ConnectionAccess = openToLocals,
  tls?: TlsFiles,
): Promise<Gateway> {
  const semantic = await startSemantic('shop', access);
  const engine = await createSqlEngine({
    semantic: semantic.semantic,
    folder: catalogueFolder,
    logger: silentLogger,
  });
  const server = await startSqlServer({
    engine,
    access,
    tls,
    logger: silentLogger,
    host: '127.0.0.1',
    port: 0,
  });
  const clients: pg.Client[] = [];
  return {
    semantic,
    port: server.port,
    connect: async (user = 'ana', password) => {
      const client = new pg.Client({
        host: '127.0.0.1',
        port: server.port,
        user,
        password,
        database: 'shopwave',
      });
      client.on('error', () => {});
      await client.connect();
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await server.close();
      await engine.close();
      await semantic.stop();
    },
  };
}
