import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import {
  cString,
  frame,
  int32,
  outline,
  parseMessage,
  queryMessage,
  rawWire,
  reportOf,
  requestPacket,
  startupPacket,
  syncMessage,
  terminateMessage,
} from '../../support/raw-wire.ts';
import type { RawWire } from '../../support/raw-wire.ts';
import { openAccessWorld } from './access-world.ts';
import { serveSql } from './support.ts';

/** A connection that has started, and its BackendKeyData. */
async function started(port: number): Promise<RawWire & { readonly key: Buffer }> {
  const wire = await rawWire(port);
  wire.send(startupPacket({ user: 'ana' }));
  const messages = await wire.until('Z');
  return { ...wire, key: messages.find(({ type }) => type === 'K')?.body ?? Buffer.alloc(0) };
}

const endless = 'select i from numbers(10000000)';

it('a statement is cancelled by whoever knows the key, and by nobody else', async () => {
  const server = await serveSql();
  const wire = await started(server.port);
  wire.send(queryMessage('select wait()'));
  await vi.waitUntil(() => server.engine.signals.length > 0);
  const wrong = Buffer.from(wire.key);
  wrong[7] = (wrong[7] ?? 0) ^ 1;
  (await rawWire(server.port)).send(requestPacket(5678, wrong));
  await sleep(50);
  expect(server.engine.signals[0]?.aborted).toBe(false);
  const canceller = await rawWire(server.port);
  canceller.send(requestPacket(5678, wire.key));
  expect(await canceller.next()).toBeUndefined();
  expect(outline(await wire.until('Z'))).toEqual(['E57014', 'ZI']);
  wire.send(queryMessage('select 1'));
  expect(outline(await wire.until('Z')).at(-2)).toBe('C SELECT 1');
  // Between statements there is nothing to cancel.
  (await rawWire(server.port)).send(requestPacket(5678, wire.key));
  await sleep(50);
  wire.send(queryMessage('select 1'));
  expect(outline(await wire.until('Z')).at(-1)).toBe('ZI');
});

it('a statement that runs too long is ended, also where the engine does not hear of it', async () => {
  const client = await (await serveSql()).connect();
  await client.query('set statement_timeout = 100');
  for (const text of ['select wait()', 'select deaf()'])
    await expect(client.query(text)).rejects.toMatchObject({ code: '57014' });
  await client.query('begin; set local statement_timeout = 0');
  expect((await client.query('select 1')).rowCount).toBe(1);
});

it('a connection that waits too long is closed, within a transaction and outside', async () => {
  const server = await serveSql();
  for (const [texts, code] of [
    [['set idle_session_timeout = 100'], '57P05'],
    [['set idle_in_transaction_session_timeout = 100', 'begin'], '25P03'],
  ] as const) {
    const wire = await started(server.port);
    for (const text of texts) {
      wire.send(queryMessage(text));
      await wire.until('Z');
    }
    expect(reportOf(await wire.next())).toMatchObject({ S: 'FATAL', C: code });
    expect(await wire.next()).toBeUndefined();
  }
});

it('whoever does not say who they are in time is closed', async () => {
  const { server } = await openAccessWorld({ authenticationMs: 150 });
  const silent = await rawWire(server.port);
  const half = await rawWire(server.port);
  half.send(startupPacket({ user: 'ana' }).subarray(0, 6));
  const asked = await rawWire(server.port);
  asked.send(startupPacket({ user: 'bo' }));
  for (const wire of [silent, half, asked]) {
    const last = (await wire.until('E')).at(-1);
    expect(reportOf(last)['C']).toBe('57014');
  }
  await vi.waitUntil(() => server.connections() === 0);
});

it('rows are made as the client takes them, and end with it', async () => {
  const server = await serveSql();
  const wire = await started(server.port);
  wire.socket.pause();
  wire.send(queryMessage(endless));
  await vi.waitUntil(() => server.engine.taken() > 1000);
  let before = -1;
  await vi.waitUntil(() => before === (before = server.engine.taken()), { interval: 100 });
  // What fits between two sockets of this machine, and no more.
  expect(server.engine.taken()).toBeLessThan(1_000_000);
  const rssBefore = process.memoryUsage().rss;
  wire.socket.destroy();
  await vi.waitUntil(() => server.engine.signals[0]?.aborted === true && server.engine.open() === 0);
  expect(process.memoryUsage().rss - rssBefore).toBeLessThan(50_000_000);
});

it('ten million rows pass through little memory', async () => {
  const server = await serveSql();
  const wire = await started(server.port);
  wire.socket.removeAllListeners('data');
  let received = 0;
  let last: Buffer = Buffer.alloc(0);
  wire.socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    last = chunk;
  });
  const rssBefore = process.memoryUsage().rss;
  wire.send(queryMessage(endless));
  await vi.waitUntil(() => last.subarray(-6).equals(frame('Z', Buffer.from('I'))), { timeout: 60_000 });
  expect(received).toBeGreaterThan(150_000_000);
  expect(process.memoryUsage().rss - rssBefore).toBeLessThan(150_000_000);
});

it('a client that takes nothing for too long is let go', async () => {
  const server = await serveSql({ stallMs: 300 });
  const wire = await started(server.port);
  wire.socket.pause();
  wire.send(queryMessage(endless));
  await vi.waitUntil(() => server.engine.signals[0]?.aborted === true);
  expect(server.engine.signals[0]?.reason).toMatchObject({ message: 'the client is gone' });
  await vi.waitUntil(() => server.connections() === 0);
});

it('a client that is gone while its statement runs ends it', async () => {
  const server = await serveSql();
  const wire = await started(server.port);
  wire.send(queryMessage('select wait()'));
  await vi.waitUntil(() => server.engine.signals.length > 0);
  wire.socket.resetAndDestroy();
  await vi.waitUntil(() => server.engine.signals[0]?.aborted === true);
  await vi.waitUntil(() => server.connections() === 0);
});

it('a pipeline without end is not read further than it is answered', async () => {
  const server = await serveSql();
  const wire = await started(server.port);
  wire.socket.pause();
  const many = Buffer.concat(
    Array.from({ length: 20_000 }, () => queryMessage('select i from numbers(100)')),
  );
  let isTaken = false;
  for (let round = 0; round < 40; round++) isTaken = wire.socket.write(many);
  expect(isTaken).toBe(false);
  let before = -1;
  await vi.waitUntil(() => before === (before = server.engine.taken()), { interval: 200, timeout: 20_000 });
  // What is neither answered nor in the system's buffers is still at the client: most of 800,000 statements.
  expect(server.engine.taken() / 100).toBeLessThan(20_000);
});

it.each([
  ['an unknown type', frame('!'), '08P01'],
  ['a length that cannot be', Buffer.from('Q\0\0\0\x01'), '08P01'],
  ['a length of two gigabytes', Buffer.from('Q\x7f\xff\xff\xff'), '54000'],
  ['a Sync of a kilobyte', Buffer.from('S\0\0\x04\0'), '54000'],
  ['a text without an end', frame('Q', Buffer.from('select 1')), '08P01'],
  ['more than was to come', frame('S', Buffer.from('x')), '54000'],
  [
    'a Bind that announces more than it has',
    frame('B', cString(''), cString(''), Buffer.from('\xff\xff', 'latin1')),
    '08P01',
  ],
  [
    'a parameter of a negative length',
    frame('B', cString(''), cString(''), Buffer.from([0, 0, 0, 1]), int32(-2), Buffer.from([0, 0])),
    '08P01',
  ],
  ['a message of authentication', frame('p', cString('x')), '08P01'],
])('%s ends the connection', async (_, bytes, code) => {
  const server = await serveSql();
  const wire = await started(server.port);
  wire.send(bytes);
  expect(outline(await wire.until('E'))).toEqual([`E${code}`]);
  expect(await wire.next()).toBeUndefined();
  await vi.waitUntil(() => server.connections() === 0);
});

it.each([
  ['of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), '08P01'],
  ['that is too long', int32(10_001), '08P01'],
  ['of another protocol', Buffer.concat([int32(8), Buffer.from([0, 2, 0, 0])]), '0A000'],
  ['for replication', startupPacket({ user: 'ana', replication: 'database' }), '0A000'],
  ['with a setting that does not exist', startupPacket({ user: 'ana', options: '-c nothing=1' }), '42704'],
])('a start %s is refused', async (_, bytes, code) => {
  const wire = await rawWire((await serveSql()).port);
  wire.send(bytes);
  expect((await wire.until('E')).map((each) => reportOf(each)['C']).at(-1)).toBe(code);
});

it('text that is no UTF-8 is an error of the statement alone', async () => {
  const wire = await started((await serveSql()).port);
  wire.send(frame('Q', Buffer.from([0xff, 0])));
  expect(outline(await wire.until('Z'))).toEqual(['E22021', 'ZI']);
  wire.send(frame('P', Buffer.from([0, 0xff, 0, 0, 0])), parseMessage('', 'select 1'), syncMessage);
  expect(outline(await wire.until('Z'))).toEqual(['E22021', 'ZI']);
});

it('a newer protocol is negotiated, and what is not known is named', async () => {
  const server = await serveSql();
  const wire = await rawWire(server.port);
  wire.send(startupPacket({ user: 'ana', '_pq_.wish': 'x' }, 9));
  const [negotiated, ...rest] = await wire.until('Z');
  expect(negotiated).toMatchObject({ type: 'v' });
  expect(negotiated?.body.readInt32BE()).toBe((3 << 16) | 2);
  expect(negotiated?.body.toString('latin1', 8)).toBe('_pq_.wish\0');
  // Of 3.2 a longer key.
  expect(rest.find(({ type }) => type === 'K')?.body).toHaveLength(36);
});

it('without TLS, requests for it are answered with no', async () => {
  const wire = await rawWire((await serveSql()).port);
  const answers: string[] = [];
  wire.socket.removeAllListeners('data');
  wire.socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1', 0, 1)));
  for (const code of [5680, 5679]) {
    wire.send(requestPacket(code));
    await vi.waitUntil(() => answers.length > 0);
    expect(answers.splice(0)).toEqual(['N']);
  }
});

it('there are so many connections and no more', async () => {
  const server = await serveSql({ maxConnections: 2 });
  const [first] = await Promise.all([started(server.port), started(server.port)]);
  const third = await rawWire(server.port);
  third.send(startupPacket({ user: 'ana' }));
  expect(outline(await third.until('E'))).toEqual(['E53300']);
  first.send(terminateMessage);
  await vi.waitUntil(() => server.connections() === 1);
  await started(server.port);
});

it('a server that is closed tells its clients, and lets what runs end', async () => {
  const server = await serveSql({ graceMs: 400 });
  const [idle, busy] = await Promise.all([started(server.port), started(server.port)]);
  busy.send(queryMessage('select wait()'));
  await vi.waitUntil(() => server.engine.signals.length > 0);
  const startMs = performance.now();
  const closing = server.close();
  expect(outline(await idle.until('E'))).toEqual(['E57P01']);
  expect(performance.now() - startMs).toBeLessThan(300);
  expect(outline(await busy.until('E'))).toEqual(['E57P01']);
  await closing;
  expect(performance.now() - startMs).toBeGreaterThan(350);
  const late = connect(server.port, '127.0.0.1');
  onTestFinished(() => void late.destroy());
  await expect(once(late, 'connect')).rejects.toThrow('ECONNREFUSED');
});
