import path from 'node:path';
import process from 'node:process';
import type { ConnectionAccess } from '../semantic/server/access/connections.ts';
import type { Semantic } from '../semantic/server/semantic.ts';
import type { SqlServer } from '../semantic/sql/server.ts';
import type { Parts } from './parts.ts';
import type { PlatformOptions } from './platform-options.ts';

/** What the SQL API is made from. */
interface Needed {
  readonly semantic: () => Promise<Semantic>;
  /** Undefined where no access file says who may see what. */
  readonly access: () => Promise<ConnectionAccess | undefined>;
}

/** The SQL API, as a part of the platform. */
export function sqlPart(
  parts: Parts,
  { paths, logger, isAnyPort = false }: PlatformOptions,
  { semantic, access }: Needed,
): () => Promise<SqlServer> {
  return parts.add('SQL API', async (own) => {
    const [{ createSqlEngine }, { startSqlServer }, { openToLocals }, { readSemanticSettings }] =
      await Promise.all([
        import('../semantic/sql/create-engine.ts'),
        import('../semantic/sql/server.ts'),
        import('../semantic/server/access/access.ts'),
        import('./semantic-settings.ts'),
      ]);
    const { sql } = await readSemanticSettings(process.env);
    const engine = await createSqlEngine({
      semantic: await semantic(),
      folder: path.join(paths.semantic, 'catalogue'),
      logger: logger.child({ part: 'sql' }),
    });
    own(() => engine.close());
    const server = await startSqlServer({
      ...sql,
      port: isAnyPort ? 0 : sql.port,
      engine,
      access: (await access()) ?? openToLocals,
      logger: logger.child({ part: 'sql' }),
    });
    own(() => server.close());
    return server;
  });
}
