import { Client } from 'pg';
import { messageOf } from '../../lib/errors.ts';
import type { Connection } from '../../scheduler/secrets/connection.ts';
import { secretErrors } from '../../scheduler/secrets/errors.ts';
import { createMasker } from '../../scheduler/secrets/masker.ts';

const timeoutMs = 10_000;

type Tester = (connection: Connection, signal: AbortSignal) => Promise<string>;

/** How each type of connection shows that it works; each says what answered. */
const testers: Readonly<Record<string, Tester>> = {
  postgres: async ({ host, port, login, password, schema, extra }) => {
    const client = new Client({
      host: host ?? 'localhost',
      port: port ?? 5432,
      user: login ?? undefined,
      password: password ?? undefined,
      database: schema ?? undefined,
      ssl: extra['sslmode'] === 'require' ? { rejectUnauthorized: false } : undefined,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    // A server that goes away after its answer has nothing more to say.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return 'it answers';
    } finally {
      await client.end().catch(() => {});
    }
  },
  http: askOverHttp,
  https: askOverHttp,
};

async function askOverHttp(connection: Connection, signal: AbortSignal): Promise<string> {
  const { connType, host, port, login, password } = connection;
  const base = host?.includes('://') === true ? host : `${connType}://${host ?? 'localhost'}`;
  const url = port === null ? base : `${base}:${port}`;
  const basic = Buffer.from(`${login ?? ''}:${password ?? ''}`).toString('base64');
  const headers = login === null ? {} : { authorization: `Basic ${basic}` };
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const { status } = await fetch(url, { method: 'HEAD', headers, redirect: 'manual', signal: within });
  if (status === 401 || status === 403 || status >= 500) throw new Error(`status ${status}`);
  return `it answers with status ${status}`;
}

/** Throws CONNECTION_TEST_FAILED, without secrets. */
export async function testConnection(connection: Connection, signal: AbortSignal): Promise<string> {
  const { connId, connType, password } = connection;
  const where = `connection ${connId}`;
  const test = Object.hasOwn(testers, connType) ? testers[connType] : undefined;
  if (test === undefined) {
    const message = `connections of type ${connType} cannot be tested`;
    throw secretErrors.error('CONNECTION_TEST_FAILED', { message, where });
  }
  try {
    return await test(connection, signal);
  } catch (error) {
    const masker = createMasker();
    masker.add(password === null ? [] : [password]);
    // Node says "fetch failed" and the reason one level down.
    const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw secretErrors.error('CONNECTION_TEST_FAILED', { message: masker.mask(messageOf(reason)), where });
  }
}
