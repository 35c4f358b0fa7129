import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { SaasApi, SaasRequest } from './api.ts';
import { saasErrors } from './errors.ts';
import type { FaultBoard } from './fault-board.ts';
import { mountApi } from './mount.ts';
import type { Mount } from './mount.ts';
import { send } from './send.ts';
import type { ApiStats } from './stats.ts';

export interface SaasHostOptions {
  readonly apis: readonly SaasApi[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Any free one unless given. */
  readonly port?: number;
}

/** Simulated SaaS APIs behind one HTTP port of this machine. */
export interface SaasHost {
  /** Where an API answers: what a client takes as its base URL. */
  readonly url: (api: string) => string;
  /** What goes wrong with an API; switched on and off while it runs. */
  readonly faults: (api: string) => FaultBoard;
  readonly stats: (api: string) => ApiStats;
  readonly resetStats: (api: string) => void;
  /** Ends open connections, hanging ones too, and closes the APIs. */
  readonly stop: () => Promise<void>;
}

/** Listens on 127.0.0.1 only. */
export async function startSaasHost(options: SaasHostOptions): Promise<SaasHost> {
  const { apis, clock, logger } = options;
  const mounts = new Map(apis.map((api) => [api.name, mountApi(api, clock, logger)]));
  const server = createServer((incoming, outgoing) => {
    const { name, path, query } = target(incoming);
    const mount = mounts.get(name);
    if (mount === undefined) {
      outgoing.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"no such API"}');
      return;
    }
    const serve = async (): Promise<void> => {
      const baseUrl = `${originOf(server)}/${name}`;
      const request = await readRequest(incoming, { path, query, baseUrl });
      send(outgoing, await mount.serve(request), request);
    };
    serve().catch((error: unknown) => {
      // The client went away while it was being read or answered.
      logger.debug('a request to a simulated API broke off', { api: name, reason: messageOf(error) });
      incoming.destroy();
    });
  });
  // A busy test process may be slow to reuse a connection; that must not look like a fault.
  server.keepAliveTimeout = 60_000;
  await listen(server, options.port ?? 0);
  const mountOf = (name: string): Mount => {
    const mount = mounts.get(name);
    if (mount !== undefined) return mount;
    const message = `there is no API ${name}; there are ${[...mounts.keys()].join(', ')}`;
    throw saasErrors.error('SAAS_API_UNKNOWN', { message });
  };
  return {
    url: (name) => `${originOf(server)}/${mountOf(name).api.name}`,
    faults: (name) => mountOf(name).faults,
    stats: (name) => mountOf(name).stats.read(),
    resetStats: (name) => mountOf(name).stats.reset(),
    stop: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      for (const api of apis) await api.close?.();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `cannot listen on port ${port}: ${messageOf(cause)}`;
      reject(saasErrors.error('SAAS_PORT_TAKEN', { message, where: `127.0.0.1:${port}`, cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function originOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

function target(incoming: IncomingMessage): Target {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  const [, name = '', path = ''] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
  return { name, path: path === '' ? '/' : path, query: searchParams };
}

async function readRequest(
  incoming: IncomingMessage,
  place: Pick<SaasRequest, 'path' | 'query' | 'baseUrl'>,
): Promise<SaasRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    ...place,
    method: incoming.method ?? 'GET',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(pieces).toString('utf8'),
  };
}
