import { expect, test } from 'vitest';
import type { FaultAction } from '../../support/snowflake-double/faults.ts';
import { protocolRig, refusal, run } from './protocol-client.ts';
import type { Rig } from './protocol-client.ts';

/** The driver's own retry, once, after a second or two. */
const strikes: ReadonlyArray<{
  readonly name: string;
  readonly fault: FaultAction;
  readonly executedFirst: boolean;
  /** What the second attempt calls itself: after half an answer the driver starts over instead of retrying. */
  readonly retry: number;
}> = [
  { name: '503', fault: { kind: 'status', status: 503 }, executedFirst: false, retry: 1 },
  { name: '429', fault: { kind: 'status', status: 429 }, executedFirst: false, retry: 1 },
  { name: 'a reset before it is executed', fault: { kind: 'reset-before' }, executedFirst: false, retry: 1 },
  { name: 'a reset after it was executed', fault: { kind: 'reset-after' }, executedFirst: true, retry: 1 },
  {
    name: 'a reset in the middle of the answer',
    fault: { kind: 'reset-midway' },
    executedFirst: true,
    retry: 0,
  },
];

test.each(strikes)(
  '$name: the driver sends the same requestId again, and it executes once',
  async ({ fault, executedFirst, retry }) => {
    await using rig = await protocolRig();
    const connection = await rig.connect();
    const planted = rig.double.faults.add({ sql: /^merge/, do: fault });
    expect((await run(connection, 'merge 2 3')).statement.getNumUpdatedRows()).toBe(5);
    expect(planted.struck).toBe(1);
    expect(rig.seen.ran).toHaveLength(1);
    const [first, second] = rig.double.statements;
    expect(second?.requestId).toBe(first?.requestId);
    expect([first?.retry, second?.retry]).toEqual([0, retry]);
    expect([first?.queryId !== undefined, second?.repeated]).toEqual([executedFirst, executedFirst]);
  },
);

test('a reset in the middle of a chunk, and a chunk that is refused for a while', async () => {
  await using rig = await protocolRig({ sizes: { inlineBytes: 100, chunkBytes: 20_000 } });
  const connection = await rig.connect();
  const cut = rig.double.faults.add({ on: 'chunk', after: 1, do: { kind: 'reset-midway' } });
  const busy = rig.double.faults.add({ on: 'chunk', after: 2, do: { kind: 'status', status: 503 } });
  const { rows } = await run(connection, 'rows 5000');
  expect(rows.map((row) => row['ID'])).toEqual(Array.from({ length: 5000 }, (_, index) => index));
  expect([cut.struck, busy.struck]).toEqual([1, 1]);
  expect(rig.seen.ran).toHaveLength(1);
});

test('a token said to be old is renewed, and the statement is sent again', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  rig.double.faults.add({ do: { kind: 'token-expired' }, after: 1, times: 2 });
  for (const n of [1, 2, 3]) expect((await run(connection, `select ${n}`)).rows).toEqual([{ N: n }]);
  expect(rig.seen.ran).toHaveLength(3);
  // The second statement came with an old token, then with a new one that was made old as well.
  expect(rig.double.statements.map((each) => each.queryId !== undefined)).toEqual([
    true,
    false,
    false,
    true,
    true,
  ]);
});

test('a slow statement, and a slow reply', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  rig.double.faults.add({ do: { kind: 'slow', ms: 300 } });
  expect(await took(rig, async () => run(connection, 'select 1'))).toEqual({ slow: true, ran: 1 });
  rig.double.faults.add({ do: { kind: 'slow-reply', ms: 300 } });
  expect(await took(rig, async () => run(connection, 'select 1'))).toEqual({ slow: true, ran: 2 });
  expect(await took(rig, async () => run(connection, 'select 1'))).toEqual({ slow: false, ran: 3 });
});

test('a reply that never comes leaves the statement executed', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect({ timeout: 500 });
  rig.double.faults.add({ sql: /^insert/, do: { kind: 'silent' } });
  expect((await run(connection, 'insert')).statement.getNumUpdatedRows()).toBe(1);
  expect(rig.seen.ran).toHaveLength(1);
});

test('a refusal of one’s choice, for so many statements that match', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const message = "Warehouse 'W' cannot be resumed because resource monitor 'M' has exceeded its quota.";
  const fault = { kind: 'refuse', code: '090073', sqlState: '22000', message } as const;
  const planted = rig.double.faults.add({ sql: /^merge/, times: 2, do: fault });
  expect((await run(connection, 'select 1')).rows).toEqual([{ N: 1 }]);
  for (let time = 0; time < 2; time += 1) {
    expect(await refusal(run(connection, 'merge 1 1'))).toMatchObject({ code: '090073', message });
  }
  expect((await run(connection, 'merge 1 1')).statement.getNumUpdatedRows()).toBe(2);
  expect(planted.struck).toBe(2);
});

test('a plan that is cleared strikes no more', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const fault = { kind: 'refuse', code: '000606', sqlState: '57P03', message: 'no warehouse' } as const;
  rig.double.faults.add({ times: 9, do: fault });
  const removed = rig.double.faults.add({ times: 9, do: fault });
  removed.remove();
  await refusal(run(connection, 'select 1'));
  rig.double.faults.clear();
  expect((await run(connection, 'select 1')).rows).toEqual([{ N: 1 }]);
});

test('logins fail by plan, too', async () => {
  await using rig = await protocolRig();
  rig.double.faults.add({ on: 'login', do: { kind: 'jwt-refused' } });
  expect(await refusal(rig.connect())).toMatchObject({ code: '390144' });
  rig.double.faults.add({ on: 'login', do: { kind: 'status', status: 503 } });
  await rig.connect();
  expect(rig.double.openSessions()).toBe(1);
});

async function took(rig: Rig, work: () => Promise<unknown>): Promise<{ slow: boolean; ran: number }> {
  const before = Date.now();
  await work();
  return { slow: Date.now() - before >= 300, ran: rig.seen.ran.length };
}
