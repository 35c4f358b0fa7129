import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import copyStreams from 'pg-copy-streams';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { captureErrors } from './errors.ts';
import type { CaptureErrorCode } from './errors.ts';

/** One session at the source. Every failure is a typed error; a lost connection never ends the process. */
export interface SourceConnection {
  readonly query: <T>(sql: string, params?: readonly unknown[]) => Promise<T[]>;
  /** The bytes of a COPY ... TO STDOUT. */
  readonly copyOut: (sql: string) => AsyncIterable<Buffer>;
  /** Ends the session, also in the middle of a copy. */
  readonly close: () => Promise<void>;
}

/**
 * Values are captured as text, so what a value looks like must not hang on settings of the role or the server.
 * row_security off: a policy that would hide rows from the snapshot makes it fail instead.
 */
const sessionSettings = `
  set client_encoding = 'UTF8'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC';
  set extra_float_digits = 1; set bytea_output = 'hex'; set lc_monetary = 'C'; set xmlbinary = 'base64';
  set search_path = 'pg_catalog'; set row_security = off; set statement_timeout = 0; set lock_timeout = 0;
  set idle_in_transaction_session_timeout = 0`;

const connectTimeoutMs = 10_000;

/** Connects for SQL. */
export async function connectSource(url: string): Promise<SourceConnection> {
  const connection = await connect(url, {});
  await connection.query(sessionSettings);
  return connection;
}

/** Connects as a replication client: for CREATE_REPLICATION_SLOT, which alone exports a snapshot. */
export async function connectReplication(url: string): Promise<SourceConnection> {
  return await connect(url, { replication: 'database' });
}

async function connect(url: string, extra: { readonly replication?: string }): Promise<SourceConnection> {
  const where = describeUrl(url);
  // `replication` is understood by pg but absent from its type declarations.
  const config: ClientConfig & { replication?: string } = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'shopwave-capture',
    ...extra,
  };
  const client = new Client(config);
  // The loss also fails the statement under way; without a listener it would end the process.
  client.on('error', () => {});
  await typed(where, () => client.connect());
  return {
    query: async <T>(sql: string, params?: readonly unknown[]) =>
      await typed(where, async () => {
        const result = params === undefined ? await client.query(sql) : await client.query(sql, [...params]);
        return result.rows as T[];
      }),
    copyOut: (sql) => copyOut(client, sql, where),
    close: () => client.end().catch(() => {}),
  };
}

async function* copyOut(client: Client, sql: string, where: string): AsyncGenerator<Buffer> {
  const stream = client.query(copyStreams.to(sql, { highWaterMark: 262_144 }));
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw sourceError(error, where);
  }
}

async function typed<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sourceError(error, where);
  }
}

/** SQLSTATEs and socket codes with a meaning of their own; the longest prefix that fits decides. */
const codes: Readonly<Record<string, CaptureErrorCode>> = {
  '55006': 'CAPTURE_SLOT_BUSY',
  '42501': 'CAPTURE_RIGHTS',
  '28': 'CAPTURE_SOURCE_REFUSED',
  '3D': 'CAPTURE_SOURCE_REFUSED',
  '08': 'CAPTURE_SOURCE_UNREACHABLE',
  '57P': 'CAPTURE_SOURCE_UNREACHABLE',
  ECONN: 'CAPTURE_SOURCE_UNREACHABLE',
  ETIMEDOUT: 'CAPTURE_SOURCE_UNREACHABLE',
  EPIPE: 'CAPTURE_SOURCE_UNREACHABLE',
  ENOTFOUND: 'CAPTURE_SOURCE_UNREACHABLE',
  EAI_AGAIN: 'CAPTURE_SOURCE_UNREACHABLE',
  EHOST: 'CAPTURE_SOURCE_UNREACHABLE',
};

/** Gives a driver error its stable code. Only PostgreSQL's primary message is kept: its detail may quote values. */
export function sourceError(error: unknown, where: string): ShopwaveError {
  if (error instanceof ShopwaveError) return error;
  const state = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = messageOf(error);
  const known = Object.keys(codes).find((prefix) => state.startsWith(prefix));
  const lost = state === '' && /terminated|timeout|not queryable|closed/i.test(message);
  const code = lost ? 'CAPTURE_SOURCE_UNREACHABLE' : (codes[known ?? ''] ?? 'CAPTURE_SOURCE_FAILED');
  return captureErrors.error(code, {
    message: state === '' ? message : `${message} (${state})`,
    where,
    cause: error,
  });
}

/** Host, port and database of a URL; never its user or password. */
export function describeUrl(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    return 'the source URL';
  }
}
