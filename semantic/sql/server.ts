import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { systemClock } from '../../lib/clock.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { semanticErrors } from '../errors.ts';
import type { ConnectionAccess } from '../server/access/connections.ts';
import type { SqlEngine } from './engine.ts';
import { loadParser } from './parse.ts';
import { withKnownSettings } from './session/known-settings.ts';
import { createParsedTexts } from './session/parsed-texts.ts';
import { createBackOff } from './wire/back-off.ts';
import { createCancellations } from './wire/cancellations.ts';
import { serveConnection } from './wire/connection.ts';
import type { Connection, ConnectionServices } from './wire/connection.ts';
import { FatalError } from './wire/fatal-error.ts';
import { openTls } from './wire/tls.ts';
import type { TlsFiles } from './wire/tls.ts';

export interface SqlServerOptions {
  readonly engine: SqlEngine;
  readonly access: ConnectionAccess;
  readonly logger: Logger;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  /** Whether connections that are not encrypted are refused. */
  readonly isTlsRequired?: boolean;
  readonly maxConnections?: number;
  readonly clock?: Clock;
  /** Within which somebody must have said and proven who they are, in ms. */
  readonly authenticationMs?: number;
  /** For which a client may take nothing of what it is sent, in ms. */
  readonly stallMs?: number;
  /** How long statements that run may go on when the server is closed, in ms. */
  readonly graceMs?: number;
}

/** A server that clients take for PostgreSQL. */
export interface SqlServer {
  readonly port: number;
  readonly connections: () => number;
  /** Tells clients, lets statements that run end for a moment, and closes. */
  readonly close: () => Promise<void>;
}

const defaults = { maxConnections: 1200, authenticationMs: 20_000, stallMs: 120_000, graceMs: 2000 };
/** A client that vanished without a word is asked after so long. */
const keepAliveMs = 60_000;
/** Connections beyond the maximum that are told so; more are closed without a word. */
const mostRefused = 100;

/** Throws SEMANTIC_SQL_PORT_UNUSABLE or SEMANTIC_SQL_TLS_INVALID. */
export async function startSqlServer(options: SqlServerOptions): Promise<SqlServer> {
  const { engine, access, logger, host, port, clock = systemClock } = options;
  const { maxConnections, authenticationMs, stallMs, graceMs } = { ...defaults, ...options };
  await loadParser();
  const live = new Set<Connection>();
  const services: ConnectionServices = {
    engine: withKnownSettings(engine),
    access,
    logger,
    clock,
    backOff: createBackOff(clock),
    parse: createParsedTexts(),
    cancellations: createCancellations(),
    tls: options.tls && (await openTls(options.tls)),
    isTlsRequired: options.isTlsRequired ?? false,
    authenticationMs,
    stallMs,
    admit: () => {
      if (live.size > maxConnections) throw tooMany(maxConnections);
    },
  };
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
  server.maxConnections = maxConnections + mostRefused;
  server.on('connection', (socket) => {
    const connection = serveConnection(socket, services);
    live.add(connection);
    void connection.closed.finally(() => live.delete(connection));
  });
  return {
    port: await listen(server, host, port),
    connections: () => live.size,
    close: async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const connection of live) if (connection.isIdle()) connection.end(shutDown);
      const ended = Promise.all([...live].map((connection) => connection.closed));
      await Promise.race([ended, clock.sleep(graceMs)]);
      for (const connection of live) connection.end(shutDown);
      await closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw semanticErrors.error('SEMANTIC_SQL_PORT_UNUSABLE', {
      message: messageOf(cause),
      where: `${host}:${port}`,
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}

const shutDown = new FatalError({
  code: '57P01',
  message: 'terminating connection due to administrator command',
});

function tooMany(most: number): FatalError {
  return new FatalError({
    code: '53300',
    message: 'sorry, too many clients already',
    detail: `${most} connections are served at once.`,
    hint: 'Use a pool of connections, or raise semantic.sql.max_connections in shopwave.yml.',
  });
}
