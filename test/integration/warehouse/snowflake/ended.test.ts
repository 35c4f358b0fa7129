import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeSettingsInput } from '../../../../warehouse/snowflake/settings.ts';
import type { Session } from '../../../../warehouse/warehouse.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const longMs = 400_000;

let aheadMs = 0;
let rig: Rig;
let rival: SnowflakeWarehouse;
beforeEach(async () => {
  aheadMs = 0;
  rig = await openRig({
    clock: { ...systemClock, now: () => new Date(Date.now() + aheadMs) },
    with: [
      'create schema work',
      'create table work.head (version number(19, 0))',
      'create table work.t (id number(19, 0))',
      'insert into work.head values (1)',
    ],
  });
  rival = await openSnowflakeWarehouse(rig.double.settings() as SnowflakeSettingsInput, {
    clock: systemClock,
    logger: silentLogger,
  });
});
afterEach(async () => {
  await rival.close();
  await rig[Symbol.asyncDispose]();
});

const ended = { code: 'WAREHOUSE_TRANSACTION_ENDED', retryable: true };
const swap = (to: number): string => `update work.head set version = ${to} where version = 1`;
const rows = async (table: string): Promise<unknown> => await rival.query(`select * from work.${table}`);

/** Five minutes in which the account hears nothing, and somebody who wants what is locked. */
async function rivalWins(): Promise<void> {
  rig.double.clock.pass(longMs);
  expect(await rival.transaction((session) => session.execute(swap(2)))).toBe(1);
}

test('a transaction that Snowflake ended while its process stalled commits nothing of what follows', async () => {
  const stalled = rig.warehouse.transaction(async (session) => {
    expect(await session.execute(swap(3))).toBe(1);
    await rivalWins();
    expect(await session.execute('insert into work.t values (42)')).toBe(1);
    expect(await rows('t')).toEqual([]);
    return 'done';
  });
  await expect(stalled).rejects.toMatchObject(ended);
  expect(await rows('t')).toEqual([]);
  expect(await rows('head')).toEqual([{ version: 2 }]);
});

test('nor does one that stalls after its last statement pass for committed', async () => {
  const stalled = rig.warehouse.transaction(async (session) => {
    await session.execute(swap(3));
    await rivalWins();
  });
  await expect(stalled).rejects.toMatchObject(ended);
  expect(await rows('head')).toEqual([{ version: 2 }]);
});

test('who notices by the clock that Snowflake may have ended it sends nothing more', async () => {
  const from = rig.double.statements.length;
  const stalled = rig.warehouse.transaction(async (session) => {
    await session.execute(swap(3));
    aheadMs += 250_000;
    await session.execute('insert into work.t values (42)');
  });
  await expect(stalled).rejects.toMatchObject(ended);
  const sent = rig.double.statements.slice(from).map(({ sql }) => sql);
  expect(sent.filter((sql) => sql.startsWith('insert') || sql === 'commit')).toEqual([]);
  expect(sent.at(-1)).toBe('rollback');
  expect(await rows('head')).toEqual([{ version: 1 }]);
});

test('a transaction may take as long as it wants, if its statements follow each other', async () => {
  await rig.warehouse.transaction(async (session) => {
    for (const id of [1, 2, 3]) {
      await session.execute('insert into work.t values (?)', [id]);
      aheadMs += 200_000;
      rig.double.clock.pass(200_000);
    }
  });
  expect(await rows('t')).toHaveLength(3);
});

test('a COMMIT that may have come too late is not known to have been one', async () => {
  rig.double.faults.add({
    sql: /^commit/,
    do: {
      kind: 'meanwhile',
      work: async () => {
        await rivalWins();
        aheadMs += longMs;
      },
    },
  });
  const from = rig.double.statements.length;
  const stalled = rig.warehouse.transaction((session) => session.execute(swap(3)));
  await expect(stalled).rejects.toMatchObject({
    code: 'WAREHOUSE_UNAVAILABLE',
    message: expect.stringMatching(/not known/) as string,
  });
  expect(rig.double.statements.slice(from).filter(({ sql }) => sql === 'commit')).not.toEqual([]);
  expect(await rows('head')).toEqual([{ version: 2 }]);
});

test('sessions of transactions do not commit by themselves, others do, and most stay what they are', async () => {
  const write = async (session: Session, id: number): Promise<number> =>
    await session.execute('insert into work.t values (?)', [id]);
  const from = rig.double.statements.length;
  for (const id of [1, 2, 3, 4]) {
    await rig.warehouse.transaction((session) => write(session, id));
    await write(rig.warehouse, 10 + id);
    expect(await rows('t')).toHaveLength(2 * id);
  }
  const modes = rig.double.statements
    .slice(from)
    .filter(({ sql }) => sql.startsWith('alter session set autocommit'));
  expect(modes.map(({ sql }) => sql)).toEqual(['alter session set autocommit = false']);
});

test('where there is one session for both, it changes over', async () => {
  await using narrow = await openRig({
    settings: { maxConnections: 1 },
    with: ['create schema work', 'create table work.t (id number(19, 0))'],
  });
  const other = await openSnowflakeWarehouse(narrow.double.settings() as SnowflakeSettingsInput, {
    clock: systemClock,
    logger: silentLogger,
  });
  for (const id of [1, 2]) {
    await narrow.warehouse.transaction((session) => session.execute('insert into work.t values (?)', [id]));
    await narrow.warehouse.execute('insert into work.t values (?)', [10 + id]);
    expect(await other.query('select count(*) as n from work.t')).toEqual([{ n: 2 * id }]);
  }
  await other.close();
  const modes = narrow.double.statements.filter(({ sql }) =>
    sql.startsWith('alter session set autocommit ='),
  );
  expect(modes).toHaveLength(4);
});
