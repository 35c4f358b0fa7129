import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { postForLines } from '../../../cli/post-lines.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function listen(answer: RequestListener): Promise<number> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const sent = {
  path: '/api/operations/x',
  token: 'secret',
  body: { a: 1 },
  signal: new AbortController().signal,
};

test('lines come as they are sent, and an answer that is cut off ends with its last whole line', async () => {
  const seen: unknown[] = [];
  const port = await listen((request, response) => {
    request.on('data', (chunk) =>
      seen.push(request.method, request.url, request.headers.authorization, String(chunk)),
    );
    response.writeHead(202);
    response.write('one\ntwo\nhal');
    setTimeout(() => request.socket.destroy(), 50);
  });
  const { status, lines } = await postForLines({ ...sent, port });
  const read: string[] = [];
  for await (const line of lines) read.push(line);
  expect([status, read]).toEqual([202, ['one', 'two']]);
  expect(seen).toEqual(['POST', '/api/operations/x', 'Bearer secret', '{"a":1}']);
});

test('who hangs up is not waited for, and nobody who listens is told as such', async () => {
  const port = await listen(() => {});
  const hangUp = new AbortController();
  const answer = postForLines({ ...sent, port, signal: hangUp.signal });
  hangUp.abort();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  await expect(postForLines({ ...sent, port: 1 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
