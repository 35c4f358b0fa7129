import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import {
  bindMessage,
  closeMessage,
  describeMessage,
  executeMessage,
  frame,
  outline,
  parseMessage,
  queryMessage,
  rawWire,
  requestPacket,
  startupPacket,
  syncMessage,
} from '../../support/raw-wire.ts';
import { serveSql } from './support.ts';

const pool = [
  queryMessage('select 1; select 2'),
  queryMessage(
    'begin; declare c scroll cursor for select i from numbers(50); fetch 5 from c; move last in c',
  ),
  queryMessage("copy (select i, t from odd) to stdout with (format csv, delimiter ';', force_quote *)"),
  queryMessage("set application_name = 'x'; prepare p as select 1; execute p; explain select 1; discard all"),
  parseMessage('s', 'select $1::int as a, $2::text as b', [23, 25]),
  bindMessage('p', 's', ['1', 'x'], { results: [1] }),
  describeMessage('S', 's'),
  describeMessage('P', 'p'),
  executeMessage('p', 1),
  closeMessage('P', 'p'),
  closeMessage('S', 's'),
  syncMessage,
  frame('H'),
  frame('F', Buffer.alloc(8)),
];
const starts = [startupPacket({ user: 'ana' }), requestPacket(5679), requestPacket(5678, Buffer.alloc(8))];

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const conversations = process.env['SHOPWAVE_SLOW'] === '1' ? 50_000 : 600;

it('conversations with bytes changed harm nobody else', { timeout: 1_200_000 }, async () => {
  const server = await serveSql();
  const next = random(11);
  const one = async (): Promise<void> => {
    const wire = await rawWire(server.port);
    const start = next(10) === 0 ? starts[next(starts.length)] : starts[0];
    const said = Array.from({ length: next(8) + 1 }, () =>
      Buffer.from(pool[next(pool.length)] ?? syncMessage),
    );
    const bytes = Buffer.concat([start ?? syncMessage, ...said]);
    // Mostly after the start, so that most conversations are more than one.
    const from = next(6) === 0 ? 0 : Math.min(bytes.length - 1, start?.length ?? 0);
    for (let changes = next(3); changes > 0; changes--) bytes[from + next(bytes.length - from)] = next(256);
    wire.send(next(4) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes);
    if (next(2) === 0) wire.socket.end();
    await Promise.race([wire.until('never'), sleep(20)]);
    wire.socket.destroy();
  };
  for (let done = 0; done < conversations; done += 20) await Promise.all(Array.from({ length: 20 }, one));
  await vi.waitUntil(() => server.connections() === 0, { timeout: 10_000 });
  expect(server.engine.open()).toBe(0);
  const wire = await rawWire(server.port);
  wire.send(startupPacket({ user: 'ana' }), queryMessage('select 1'));
  await wire.until('Z');
  expect(outline(await wire.until('Z')).slice(-2)).toEqual(['C SELECT 1', 'ZI']);
});
