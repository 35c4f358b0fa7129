import type { Socket } from 'node:net';
import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import copyStreams from 'pg-copy-streams';
import { systemClock } from '../../lib/clock.ts';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { captureErrors } from './errors.ts';
import type { CaptureErrorCode } from './errors.ts';
import { silenceLimitMs, watchLiveness } from './liveness.ts';
import type { Liveness } from './liveness.ts';

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
  set search_path = 'pg_catalog'; set row_security = off; set standard_conforming_strings = on;
  set synchronous_commit = 'local'; set statement_timeout = 0; set lock_timeout = 0;
  set idle_in_transaction_session_timeout = 0`;

const connectTimeoutMs = 10_000;

/** Connects for SQL. `limitMs`: silence after which the server is asked whether it still works for us. */
export async function connectSource(url: string, limitMs = silenceLimitMs): Promise<SourceConnection> {
  const connection = await connect(url, {}, limitMs);
  await connection.query(sessionSettings);
  return connection;
}

/** Connects as a replication client: for CREATE_REPLICATION_SLOT, which alone exports a snapshot. */
export async function connectReplication(url: string): Promise<SourceConnection> {
  return await connect(url, { replication: 'database' }, silenceLimitMs);
}

async function connect(
  url: string,
  extra: { readonly replication?: string },
  limitMs: number,
): Promise<SourceConnection> {
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
  const { socket, pid } = sessionOf(client);
  const liveness = watchLiveness({
    limitMs,
    isAtWork: () => isAtWork(url, pid, Math.min(connectTimeoutMs, limitMs)),
    end: () => socket.destroy(Object.assign(new Error('the line is dead'), { code: 'ETIMEDOUT' })),
    now: systemClock.monotonicMs,
  });
  return {
    query: async <T>(sql: string, params?: readonly unknown[]) =>
      await typed(where, () =>
        liveness.during(async () => {
          const result =
            params === undefined ? await client.query(sql) : await client.query(sql, [...params]);
          return result.rows as T[];
        }),
      ),
    copyOut: (sql) => copyOut(client, sql, where, liveness),
    close: async () => {
      liveness.stop();
      await client.end().catch(() => {});
    },
  };
}

/** What the driver knows of its session; absent from its type declarations. */
function sessionOf(client: Client): { readonly socket: Socket; readonly pid: number } {
  const { connection, processID } = client as unknown as {
    readonly connection: { readonly stream: Socket };
    readonly processID: number;
  };
  return { socket: connection.stream, pid: processID };
}

/** Asked on a session of its own: a line that swallows everything would swallow the question too. */
async function isAtWork(url: string, pid: number, timeoutMs: number): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: 'shopwave-liveness',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const sql = "select 1 from pg_stat_activity where pid = $1 and state not like 'idle%'";
    return (await client.query(sql, [pid])).rows.length > 0;
  } finally {
    await client.end().catch(() => {});
  }
}

async function* copyOut(
  client: Client,
  sql: string,
  where: string,
  liveness: Liveness,
): AsyncGenerator<Buffer> {
  const stream = client.query(copyStreams.to(sql, { highWaterMark: 262_144 }));
  // The driver tells a loss twice, the second time when nobody reads any more; that must not end the process.
  stream.on('error', () => {});
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await liveness.during(() => chunks.next() as Promise<IteratorResult<Buffer, undefined>>);
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw sourceError(error, where);
  } finally {
    await chunks.return?.();
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
  '54000': 'CAPTURE_ROW_TOO_LARGE',
  '25006': 'CAPTURE_STANDBY',
  '42501': 'CAPTURE_RIGHTS',
  '28': 'CAPTURE_SOURCE_REFUSED',
  '3D': 'CAPTURE_SOURCE_REFUSED',
  '08': 'CAPTURE_SOURCE_UNREACHABLE',
  '57P': 'CAPTURE_SOURCE_UNREACHABLE',
  CERT_: 'CAPTURE_SOURCE_UNTRUSTED',
  SELF_SIGNED_CERT: 'CAPTURE_SOURCE_UNTRUSTED',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'CAPTURE_SOURCE_UNTRUSTED',
  UNABLE_TO_: 'CAPTURE_SOURCE_UNTRUSTED',
  ERR_TLS: 'CAPTURE_SOURCE_UNTRUSTED',
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
  const code = codeOf(state, message);
  return captureErrors.error(code, {
    message: state === '' ? message : `${message} (${state})`,
    where,
    cause: error,
  });
}

/** Failures that are told by their words alone; the first that fits decides. */
const words: ReadonlyArray<readonly [RegExp, CaptureErrorCode]> = [
  // An internal error by its code, but always the same one: the text of a row that does not fit into 1 GB.
  [/invalid memory alloc request size|cannot enlarge string buffer/i, 'CAPTURE_ROW_TOO_LARGE'],
  [/does not support SSL/i, 'CAPTURE_SOURCE_UNTRUSTED'],
];

const lostWords = /terminated|timeout|not queryable|closed/i;

function codeOf(state: string, message: string): CaptureErrorCode {
  const told = words.find(([pattern]) => pattern.test(message));
  if (told !== undefined) return told[1];
  if (state === '' && lostWords.test(message)) return 'CAPTURE_SOURCE_UNREACHABLE';
  const known = Object.keys(codes).find((prefix) => state.startsWith(prefix));
  return codes[known ?? ''] ?? 'CAPTURE_SOURCE_FAILED';
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
