import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startServedDouble } from '../../support/snowflake-double/served.ts';
import { connectTo, ended, protocolRig, refusal, run } from './protocol-client.ts';

const child = fileURLToPath(new URL('./protocol-serve-child.ts', import.meta.url));

test('a double in another process is logged into, seen into, and made to fail', async () => {
  const served = await startServedDouble({ users: ['LOADER'], account: 'shop' }, child);
  const { line } = served;
  const connection = await connectTo({
    account: line.account,
    accessUrl: line.url,
    username: line.user,
    privateKeyPath: line.privateKeyPath,
  });
  expect((await run(connection, 'select 1')).rows).toEqual([{ N: 1 }]);
  const fault = { kind: 'refuse', code: '000606', sqlState: '57P03', message: 'no warehouse' } as const;
  await served.addFault({ do: fault, sql: /^SELECT 2/i, times: 2 });
  expect(await refusal(run(connection, 'select 2'))).toMatchObject({ code: '000606' });
  await served.clearFaults();
  expect((await run(connection, 'select 2')).rows).toEqual([{ N: 2 }]);
  expect((await served.statements()).map(({ sql, user }) => ({ sql, user }))).toEqual([
    { sql: 'select 1', user: 'LOADER' },
    { sql: 'select 2', user: 'LOADER' },
    { sql: 'select 2', user: 'LOADER' },
  ]);
  expect(await served.query('select 1')).toEqual([]);
  expect(await served.trouble()).toEqual({ strange: [], internalErrors: [], loginFailures: [] });
  await ended(connection);
  await served[Symbol.asyncDispose]();
  expect(existsSync(line.privateKeyPath)).toBe(false);
});

test('a double in this process has no such doors, and leaves nothing behind', async () => {
  const rig = await protocolRig();
  const { url, keys, strange } = rig.double;
  const connection = await rig.connect();
  expect((await fetch(`${url}/double/statements`, { method: 'POST', body: 'null' })).status).toBe(404);
  expect(strange).toEqual(['POST /double/statements']);
  // Nobody waits for it: the driver tries for a minute to reach what is gone.
  void refusal(run(connection, 'wait 60000'));
  while (rig.seen.ran.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await rig[Symbol.asyncDispose]();
  expect(rig.seen).toMatchObject({ ended: 1, closed: 1 });
  expect(existsSync(keys.privateKeyPath)).toBe(false);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('the whole double in another process: a table is made, filled and read through the driver', async () => {
  await using served = await startServedDouble();
  const { account, url, user, privateKeyPath, warehouse, database } = served.line;
  const connection = await connectTo({
    account,
    accessUrl: url,
    username: user,
    privateKeyPath,
    warehouse,
    database,
    schema: 'PUBLIC',
  });
  await run(connection, `alter warehouse ${warehouse} resume if suspended`);
  await run(connection, 'create table t (id number(10, 0), name varchar)');
  const binds = [
    [1, 'one'],
    [2, null],
  ];
  const { statement } = await run(connection, 'insert into t values (?, ?)', { binds });
  expect(statement.getNumUpdatedRows()).toBe(2);
  expect((await run(connection, 'select id, name from t order by id')).rows).toEqual([
    { ID: 1, NAME: 'one' },
    { ID: 2, NAME: null },
  ]);
  expect(await refusal(run(connection, 'select * from nowhere'))).toMatchObject({ code: '002003' });
  expect(await served.query('select count(*) as n from public.t')).toEqual([{ n: '2' }]);
  expect(await served.trouble()).toEqual({ strange: [], internalErrors: [], loginFailures: [] });
  await ended(connection);
});
