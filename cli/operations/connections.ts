import { z } from 'zod';
import { connectionJson, connectionUri, parseConnection } from '../../scheduler/secrets/connection.ts';
import type { Connection } from '../../scheduler/secrets/connection.ts';
import { sensitiveTexts } from '../../scheduler/secrets/sensitive-names.ts';
import { testConnection } from './connections-test.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { Cell } from './operation.ts';

const connId = z.string().regex(/^[\w.-]{1,250}$/, 'use letters, digits, underscore, dash and dot');

const columns = [
  'id',
  'type',
  'host',
  'port',
  'schema',
  'login',
  'password',
  'extra',
  'description',
] as const;

/** A connection as people may see it: that there is a password, and not which. */
function rowOf(connection: Connection): Record<(typeof columns)[number], Cell> {
  const { connType, host, port, schema, login, password, extra, description } = connection;
  const names = Object.keys(extra);
  const isOpen = sensitiveTexts(extra).length === 0;
  return {
    id: connection.connId,
    type: connType,
    host,
    port,
    schema,
    login,
    password: password === null ? null : '***',
    extra: names.length === 0 ? null : isOpen ? JSON.stringify(extra) : `*** (${names.join(', ')})`,
    description,
  };
}

export const connectionsList = defineOperation({
  name: 'connections.list',
  input: z.object({ connId: z.string().optional() }),
  run: async ({ connId: only }, { platform }) => {
    const all = await (await platform.scheduler()).listConnections();
    const chosen = all.filter((each) => only === undefined || each.connId === only);
    return rowsResult(chosen.map(rowOf), { columns });
  },
});

export const connectionsGet = defineOperation({
  name: 'connections.get',
  input: z.object({ connId }),
  run: async (input, { platform }) =>
    rowsResult([rowOf(await (await platform.scheduler()).getConnection(input.connId))], { columns }),
});

export const connectionsAdd = defineOperation({
  name: 'connections.add',
  input: z.object({ connId, written: z.string(), description: z.string().optional() }),
  run: async (input, { platform }) => {
    const parsed = parseConnection(input.connId, input.written);
    const connection = { ...parsed, description: input.description ?? parsed.description };
    await (await platform.scheduler()).addConnection(connection);
    return rowsResult([rowOf(connection)], { columns });
  },
});

export const connectionsDelete = defineOperation({
  name: 'connections.delete',
  input: z.object({ connId, dryRun: z.boolean().default(false) }),
  run: async ({ connId: id, dryRun }, { platform }) => {
    await (await platform.scheduler()).deleteConnection(id, { dryRun });
    return rowsResult([{ id, state: dryRun ? 'would be deleted' : 'deleted' }]);
  },
});

export const connectionsTest = defineOperation({
  name: 'connections.test',
  input: z.object({ connId }),
  run: async ({ connId: id }, { platform, signal }) => {
    const connection = await (await platform.scheduler()).getConnection(id);
    return rowsResult([{ id, state: await testConnection(connection, signal) }]);
  },
});

export const connectionsImport = defineOperation({
  name: 'connections.import',
  input: z.object({
    connections: z.record(connId, z.union([z.string(), z.record(z.string(), z.unknown())])),
    overwrite: z.boolean().default(false),
  }),
  run: async ({ connections, overwrite }, { platform }) => {
    const scheduler = await platform.scheduler();
    // All of them are read before the first is kept.
    const parsed = Object.entries(connections).map(([id, written]) =>
      parseConnection(id, typeof written === 'string' ? written : JSON.stringify(written)),
    );
    const known = new Set((await scheduler.listConnections()).map((each) => each.connId));
    const rows: { id: string; state: string }[] = [];
    for (const connection of parsed) {
      const { connId: id } = connection;
      const isLeft = known.has(id) && !overwrite;
      if (!isLeft) await scheduler.addConnection(connection, { overwrite });
      rows.push({ id, state: isLeft ? 'left as it was' : known.has(id) ? 'replaced' : 'added' });
    }
    return rowsResult(rows, { columns: ['id', 'state'] });
  },
});

/** With their passwords: for a file that only its owner reads. */
export const connectionsExport = defineOperation({
  name: 'connections.export',
  input: z.object({ format: z.enum(['json', 'uri']).default('json') }),
  run: async ({ format }, { platform }) => {
    const all = await (await platform.scheduler()).listConnections();
    return rowsResult(
      all.map((each) => ({
        id: each.connId,
        written: format === 'uri' ? connectionUri(each) : JSON.stringify(connectionJson(each)),
      })),
      { columns: ['id', 'written'] },
    );
  },
});
