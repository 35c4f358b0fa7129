import type { Connection, RowStatement } from 'snowflake-sdk';
import { expect, test } from 'vitest';
import { protocolRig, refusal, run } from './protocol-client.ts';

test('a token that has expired is renewed by the driver, and the session stays what it was', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  await run(connection, 'set TIMEZONE UTC');
  rig.double.clock.offsetMs = 3_700_000;
  expect((await run(connection, 'select 1')).rows).toEqual([{ N: 1 }]);
  expect(rig.double.openSessions()).toBe(1);
  expect(rig.double.statements.map((each) => each.session)).toEqual([1_000_001, 1_000_001, 1_000_001]);
  // The one that came with the old token was seen, and never got to the engine.
  expect(rig.double.statements.map((each) => each.queryId !== undefined)).toEqual([true, false, true]);
});

test('two statements that find the token old at once are both answered', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  rig.double.clock.offsetMs = 3_700_000;
  const answers = await Promise.all([run(connection, 'select 1'), run(connection, 'select 2')]);
  expect(answers.map((each) => each.rows)).toEqual([[{ N: 1 }], [{ N: 2 }]]);
  expect(rig.seen.ran).toHaveLength(2);
});

test('after four hours the master token is old, too, and the client must log in anew', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  rig.double.clock.offsetMs = 15_000_000;
  await refusal(run(connection, 'select 1'));
  expect(connection.isUp()).toBe(false);
  expect(rig.seen.ran).toEqual([]);
});

test('a session that is gone is gone for good, and with it what ran in it', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const running = refusal(run(connection, 'wait 60000'));
  await untilRunning(rig.seen.ran);
  rig.double.faults.add({ do: { kind: 'session-gone' }, sql: /select/ });
  await refusal(run(connection, 'select 1'));
  await running;
  expect(connection.isUp()).toBe(false);
  expect(rig.seen.ended).toBe(1);
  expect(rig.seen.ran[0]?.signal.aborted).toBe(true);
  await refusal(run(connection, 'select 2'));
  expect(rig.seen.ran).toHaveLength(1);
});

test('heartbeats tell a good session from one that is gone', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  expect(await connection.isValidAsync()).toBe(true);
  rig.double.faults.add({ on: 'heartbeat', do: { kind: 'session-gone' } });
  expect(await connection.isValidAsync()).toBe(false);
});

test('a tag is of the request, else of the session', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const tagOf = async (parameters: object): Promise<unknown> =>
    (await run(connection, 'tag', { parameters })).rows[0]?.['TAG'];
  expect(await tagOf({})).toBe('');
  await run(connection, 'set QUERY_TAG mine');
  expect(await tagOf({})).toBe('mine');
  expect(await tagOf({ QUERY_TAG: '{"run":1}' })).toBe('{"run":1}');
  expect(rig.double.statements.map((each) => each.tag)).toEqual(['', '', 'mine', '{"run":1}']);
});

test('a statement ends when it takes longer than it may', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  const parameters = { STATEMENT_TIMEOUT_IN_SECONDS: 1 };
  expect(await refusal(run(connection, 'wait 60000', { parameters }))).toMatchObject({
    code: '000630',
    sqlState: '57014',
  });
  await run(connection, 'set STATEMENT_TIMEOUT_IN_SECONDS 1');
  expect(await refusal(run(connection, 'wait 60000'))).toMatchObject({ code: '000630' });
  expect((await run(connection, 'wait 10')).rows).toHaveLength(1);
});

test('a statement ends when it is cancelled, before its id is known and after', async () => {
  await using rig = await protocolRig();
  const connection = await rig.connect();
  expect(await refusal(cancelledWhileItRuns(connection, rig.seen.ran))).toMatchObject({
    code: '000604',
    sqlState: '57014',
  });
  // Told to ask again at once, the driver knows the id when it cancels.
  rig.double.waitFor(20);
  expect(await refusal(cancelledWhileItRuns(connection, rig.seen.ran))).toMatchObject({ code: '000604' });
  expect((await run(connection, 'select 1')).rows).toEqual([{ N: 1 }]);
});

async function cancelledWhileItRuns(connection: Connection, ran: readonly unknown[]): Promise<void> {
  const before = ran.length;
  await new Promise<void>((resolve, reject) => {
    const statement = connection.execute({
      sqlText: 'wait 60000',
      complete: (error) => (error ? reject(error) : resolve()),
    });
    void cancelOnceItRuns(statement, ran, before);
  });
}

async function cancelOnceItRuns(
  statement: RowStatement,
  ran: readonly unknown[],
  before: number,
): Promise<void> {
  await untilRunning(ran, before);
  await new Promise((resolve) => setTimeout(resolve, 100));
  statement.cancel(() => undefined);
}

async function untilRunning(ran: readonly unknown[], before = 0): Promise<void> {
  while (ran.length <= before) await new Promise((resolve) => setTimeout(resolve, 5));
}
