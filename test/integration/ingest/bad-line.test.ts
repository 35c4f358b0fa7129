import { describe, expect, test } from 'vitest';
import { connectSource } from '../../../ingest/postgres/source-connection.ts';
import type { SourceConnection } from '../../../ingest/postgres/source-connection.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';

interface Line {
  readonly proxy: TcpProxy;
  readonly source: SourceConnection;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A session over a line that can be made bad; silence is looked into after a fifth of a second. */
async function openLine(): Promise<Line> {
  const database = await createTestDatabase();
  const url = new URL(database.url);
  const proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  const source = await connectSource(url.href, 200);
  return {
    proxy,
    source,
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      await source.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const copy = "copy (select repeat('x', 1000) from generate_series(1, 30000)) to stdout";

async function bytesOf(source: SourceConnection, onChunk?: () => void): Promise<number> {
  let bytes = 0;
  for await (const chunk of source.copyOut(copy)) {
    bytes += chunk.length;
    onChunk?.();
  }
  return bytes;
}

const unreachable = { code: 'CAPTURE_SOURCE_UNREACHABLE', retryable: true };

describe('a bad line', () => {
  test.each<[string, (proxy: TcpProxy) => void]>([
    ['reset in the middle of a copy', (proxy) => void proxy.cut('reset')],
    ['ended early in the middle of a copy', (proxy) => void proxy.cut('fin')],
    ['swallows everything in the middle of a copy', (proxy) => proxy.set({ kind: 'blackhole' })],
  ])('%s: typed, worth another try', async (_, strike) => {
    await using line = await openLine();
    let chunks = 0;
    const reading = bytesOf(line.source, () => {
      chunks += 1;
      if (chunks === 3) strike(line.proxy);
    });
    await expect(reading).rejects.toMatchObject(unreachable);
  });

  test('swallows a statement: the session is given up once nobody answers for the server', async () => {
    await using line = await openLine();
    line.proxy.set({ kind: 'blackhole' });
    await expect(line.source.query('select 1')).rejects.toMatchObject(unreachable);
  });

  test('slow is not dead: every byte arrives', async () => {
    await using line = await openLine();
    line.proxy.set({ kind: 'slow', latencyMs: 2 });
    expect(await bytesOf(line.source)).toBe(30_000 * 1001);
  });

  test('a server that thinks for long is waited for', async () => {
    await using line = await openLine();
    expect(await line.source.query('select pg_sleep(1), 7 as n')).toMatchObject([{ n: 7 }]);
  });

  test('a statement that the server no longer works on is given up', async () => {
    await using line = await openLine();
    // The answer is lost on the way, and the line itself stays good for others.
    const slow = line.source.query('select pg_sleep(0.4)');
    line.proxy.set({ kind: 'blackhole' });
    setTimeout(() => line.proxy.set({ kind: 'open' }), 500);
    await expect(slow).rejects.toMatchObject(unreachable);
  });
});
