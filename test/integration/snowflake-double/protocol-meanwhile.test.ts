import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connection } from 'snowflake-sdk';
import { startSnowflakeDouble } from '../../support/snowflake-double/start.ts';
import type { SnowflakeDouble } from '../../support/snowflake-double/start.ts';
import { connectTo, ended, refusal, run } from './protocol-client.ts';

let double: SnowflakeDouble;
let connections: Connection[];

beforeEach(async () => {
  double = await startSnowflakeDouble({ prepare: ['create table shopwave.public.t (a bigint)'] });
  connections = [];
});

afterEach(async () => {
  await Promise.all(connections.map(ended));
  await double[Symbol.asyncDispose]();
});

async function connect(): Promise<Connection> {
  const { user, auth, ...place } = double.settings();
  const connection = await connectTo({ ...place, username: user, privateKeyPath: auth.privateKeyPath });
  connections.push(connection);
  await run(connection, 'alter warehouse SHOPWAVE_WH resume if suspended');
  return connection;
}

test('before a statement somebody else does something', async () => {
  const connection = await connect();
  const seen: string[] = [];
  const work = async (sql: string): Promise<void> => {
    seen.push(sql);
    await double.administer(
      'alter table shopwave.public.t add column b bigint',
      'drop table shopwave.public.t',
    );
  };
  const planted = double.faults.add({ do: { kind: 'meanwhile', work }, sql: /^insert/ });
  expect(await refusal(run(connection, 'insert into t values (1)'))).toMatchObject({ code: '002003' });
  expect([planted.struck, seen]).toEqual([1, ['insert into t values (1)']]);
});

test('a rule may be about the tag alone', async () => {
  const connection = await connect();
  const unavailable = { kind: 'refuse', code: '000606', sqlState: '57P03', message: 'no' } as const;
  double.faults.add({ do: unavailable, tag: /"task":"load"/ });
  const tagged = (task: string): ReturnType<typeof run> =>
    run(connection, 'select 1 as n', { parameters: { QUERY_TAG: JSON.stringify({ task }) } });
  expect((await tagged('build')).rows).toEqual([{ N: 1 }]);
  expect(await refusal(tagged('load'))).toMatchObject({ code: '000606' });
});

test('when time has passed a client logs in all the same, and a transaction left alone is in nobody’s way', async () => {
  const gone = await connect();
  await run(gone, 'begin transaction');
  await run(gone, 'update t set a = 2');
  expect(double.admin.openTransactions()).toBe(1);
  double.clock.pass(5 * 60_000);
  const next = await connect();
  await run(next, 'update t set a = 3');
  expect(double.admin.openTransactions()).toBe(0);
});
