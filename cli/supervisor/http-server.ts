import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { messageOf } from '../../lib/errors.ts';
import { cliErrors } from '../errors.ts';

/** The one HTTP port of the platform. It listens before anything else is started, so that a clash costs nothing. */
export interface HttpFront {
  readonly port: number;
  /** Serves every path below the prefix from now on; until then they answer 503. */
  readonly mount: (prefix: string, listener: RequestListener) => void;
  /** `/readyz` answers 200 from now on. */
  readonly markReady: () => void;
  /** Stops listening and ends open connections. */
  readonly close: () => Promise<void>;
}

/** Listens on 127.0.0.1 only. Port 0 takes any free one. */
export async function openHttpFront(port: number): Promise<HttpFront> {
  const mounts = new Map<string, RequestListener>();
  let isReady = false;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    // A page from anywhere can make a browser send requests here under a name of its own: only our names count.
    if (!isLocalName(request))
      return answer(response, 403, { error: 'this server answers on 127.0.0.1 only' });
    if (path === '/livez') return answer(response, 200, { status: 'alive' });
    if (path === '/readyz') {
      return answer(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'starting' });
    }
    const prefix = [...mounts.keys()].find((each) => path === each || path.startsWith(`${each}/`));
    const mounted = prefix === undefined ? undefined : mounts.get(prefix);
    if (mounted !== undefined) return mounted(request, response);
    return answer(response, isReady ? 404 : 503, { error: isReady ? 'there is nothing here' : 'starting' });
  });
  // Longer than what stands in front of it keeps idle connections (60 s): a request must not meet one that is closing.
  server.keepAliveTimeout = 75_000;
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    mount: (prefix, listener) => void mounts.set(prefix, listener),
    markReady: () => void (isReady = true),
    close: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const isTaken = 'code' in cause && cause.code === 'EADDRINUSE';
      const message = isTaken
        ? `port ${port} is in use`
        : `cannot listen on port ${port}: ${messageOf(cause)}`;
      reject(cliErrors.error('CLI_PORT_TAKEN', { message, where: `127.0.0.1:${port}`, cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function isLocalName(request: IncomingMessage): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  return host === '127.0.0.1' || host === 'localhost';
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
