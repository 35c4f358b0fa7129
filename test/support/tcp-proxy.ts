import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What becomes of bytes on their way; `blackhole` takes them and says nothing. */
export type Passage =
  | { readonly kind: 'open' }
  | { readonly kind: 'blackhole' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'slow'; readonly latencyMs: number; readonly bytesPerSecond?: number };

/** A TCP proxy on 127.0.0.1 whose line can be made bad. */
export interface TcpProxy {
  readonly port: number;
  /** Where new connections go from now on. */
  readonly aim: (port: number) => void;
  readonly set: (passage: Passage) => void;
  /** Ends what is connected: reset, or an early end of what the server sends. */
  readonly cut: (how: 'reset' | 'fin') => number;
  /** Bytes that came from the server so far. */
  readonly received: () => number;
  readonly close: () => Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Starts a proxy before a port of this machine. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let port = target;
  let passage: Passage = { kind: 'open' };
  let received = 0;
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (passage.kind === 'refuse') return void client.resetAndDestroy();
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { client, server };
    pairs.add(pair);
    const forget = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', forget).on('close', forget);
    server.on('data', (chunk) => (received += chunk.length));
    forward(client, server, () => passage);
    forward(server, client, () => passage);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const cut = (how: 'reset' | 'fin'): number => {
    const open = [...pairs];
    for (const { client, server } of open) {
      if (how === 'reset') client.resetAndDestroy();
      else client.end();
      server.destroy();
    }
    return open.length;
  };
  return {
    port: (listener.address() as AddressInfo).port,
    aim: (next) => void (port = next),
    set: (next) => void (passage = next),
    cut,
    received: () => received,
    close: async () => {
      cut('reset');
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

/** Moves bytes one way, in order, with back-pressure; what a black hole has taken never arrives. */
function forward(from: Socket, to: Socket, passage: () => Passage): void {
  let turn: Promise<void> = Promise.resolve();
  from.on('data', (chunk) => {
    from.pause();
    turn = turn.then(() => send(chunk, to, passage())).finally(() => from.resume());
  });
  from.on('end', () => void (turn = turn.then(() => void to.end())));
}

async function send(chunk: Buffer, to: Socket, passage: Passage): Promise<void> {
  if (passage.kind === 'blackhole' || passage.kind === 'refuse' || to.destroyed) return;
  if (passage.kind === 'slow') {
    const { latencyMs, bytesPerSecond } = passage;
    const onTheLine = bytesPerSecond === undefined ? 0 : (chunk.length / bytesPerSecond) * 1000;
    await new Promise((resolve) => setTimeout(resolve, latencyMs + onTheLine));
  }
  if (!to.destroyed && !to.write(chunk)) {
    await new Promise<void>((resolve) => {
      const go = (): void => resolve();
      to.once('drain', go).once('close', go);
    });
  }
}
