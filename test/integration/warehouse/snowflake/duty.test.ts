import { expect, test } from 'vitest';
import { systemClock } from '../../../../lib/clock.ts';
import { openSnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import type { SnowflakeSettingsInput } from '../../../../warehouse/snowflake/settings.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const resume = 'alter warehouse SHOPWAVE_WH resume if suspended';
const suspend = 'alter warehouse SHOPWAVE_WH suspend';

function operated({ double }: Rig): string[] {
  return double.statements.map(({ sql }) => sql).filter((sql) => sql.startsWith('alter warehouse'));
}

test('what the catalogue answers wakes nothing; what is computed wakes it once, and closing puts it to sleep', async () => {
  const rig = await openRig();
  await rig.warehouse.execute('create schema work');
  await rig.warehouse.execute('create table work.t (id number(19, 0))');
  await rig.warehouse.query('show tables');
  expect(operated(rig)).toEqual([]);
  await Promise.all([
    rig.warehouse.query('select 1'),
    rig.warehouse.query('select 2'),
    rig.warehouse.transaction((session) => session.execute('insert into work.t values (1)')),
  ]);
  expect(operated(rig)).toEqual([resume]);
  await rig[Symbol.asyncDispose]();
  expect(operated(rig)).toEqual([resume, suspend]);
});

test('after the idle time it sleeps, and the next statement wakes it', async () => {
  // A clock a thousand times as fast: the minute that is billed is over in 60 ms.
  const clock = {
    ...systemClock,
    monotonicMs: () => systemClock.monotonicMs() * 1_000,
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 1_000, signal),
  };
  await using rig = await openRig({ clock, settings: { suspendAfterIdleMs: 1_000 } });
  await rig.warehouse.query('select 1');
  await expect.poll(() => operated(rig), { timeout: 5_000 }).toEqual([resume, suspend]);
  expect(await rig.warehouse.query('select 1 as n')).toEqual([{ n: 1 }]);
  expect(operated(rig).slice(0, 3)).toEqual([resume, suspend, resume]);
});

/** A rig, and another process that uses the same virtual warehouse. */
async function withOther(
  settings: Partial<SnowflakeSettingsInput> = {},
): Promise<Rig & { readonly other: SnowflakeWarehouse }> {
  const rig = await openRig({
    settings,
    with: ['create schema work', 'create table work.t (id number(19, 0))'],
  });
  const other = await openSnowflakeWarehouse(rig.double.settings() as SnowflakeSettingsInput, {
    clock: systemClock,
    logger: silentLogger,
  });
  await other.execute(resume);
  await rig.warehouse.query('select count(*) as n from work.t');
  const dispose = async (): Promise<void> => {
    await other.close();
    await rig[Symbol.asyncDispose]();
  };
  return { ...rig, other, [Symbol.asyncDispose]: dispose };
}

const ids = async ({ other }: { readonly other: SnowflakeWarehouse }): Promise<unknown[]> =>
  (await other.query('select id from work.t order by id')).map((row) => row['id']);

test('a statement that finds it put to sleep by another process wakes it', async () => {
  await using rig = await withOther();
  await rig.other.execute(suspend);
  const from = operated(rig).length;
  expect(await rig.warehouse.query('select count(*) as n from work.t')).toEqual([{ n: 0 }]);
  expect(operated(rig).slice(from)).toEqual([resume]);
});

test('a transaction that finds it put to sleep is done once more, all of it', async () => {
  await using rig = await withOther();
  let attempts = 0;
  const from = rig.sent().length;
  const result = await rig.warehouse.transaction(async (session) => {
    attempts += 1;
    await session.execute('insert into work.t values (1)');
    if (attempts === 1) await rig.other.execute(suspend);
    await session.execute('insert into work.t values (2)');
    return attempts;
  });
  expect(result).toBe(2);
  expect(await ids(rig)).toEqual([1, 2]);
  const ends = rig
    .sent()
    .slice(from)
    .filter((sql) => /^(begin|rollback|commit)/.test(sql));
  expect(ends).toEqual(['begin transaction', 'rollback', 'begin transaction', 'commit']);
});

test('even if what was refused is told as something else, and what is undone then stays undone', async () => {
  await using rig = await withOther();
  const mine = new Error('mine');
  let attempts = 0;
  const undone = rig.warehouse.transaction(async (session) => {
    attempts += 1;
    await session.execute('insert into work.t values (1)');
    if (attempts === 1) await rig.other.execute(suspend);
    await session.execute('insert into work.t values (2)').catch(() => {
      throw new Error('another');
    });
    throw mine;
  });
  await expect(undone).rejects.toBe(mine);
  expect(attempts).toBe(2);
  expect(await ids(rig)).toEqual([]);
});

test('who finds it asleep again gives up, and may try again', async () => {
  await using rig = await withOther();
  let attempts = 0;
  let isSpiteful = true;
  const insert = (): Promise<number> =>
    rig.warehouse.transaction(async (session) => {
      attempts += 1;
      await session.execute('insert into work.t values (1)');
      if (isSpiteful) await rig.other.execute(suspend);
      return await session.execute('insert into work.t values (2)');
    });
  await expect(insert()).rejects.toMatchObject({ code: 'WAREHOUSE_SUSPENDED', retryable: true });
  expect(attempts).toBe(2);
  isSpiteful = false;
  expect(await insert()).toBe(1);
  expect(await ids(rig)).toEqual([1, 2]);
});

test('a transaction that fails for another reason is not done again', async () => {
  await using rig = await withOther();
  let attempts = 0;
  const failing = rig.warehouse.transaction(async (session) => {
    attempts += 1;
    await session.execute('insert into work.t select id from work.nothing_here');
  });
  await expect(failing).rejects.toMatchObject({ code: 'WAREHOUSE_OBJECT_MISSING' });
  expect(attempts).toBe(1);
});

test('what is put to sleep under a transaction that others operate fails it, and nothing stays', async () => {
  await using rig = await withOther({ operateWarehouse: false });
  let attempts = 0;
  const failing = rig.warehouse.transaction(async (session) => {
    attempts += 1;
    await session.execute('insert into work.t values (1)');
    await rig.other.execute(suspend);
    await session.execute('insert into work.t values (2)');
  });
  await expect(failing).rejects.toMatchObject({ code: 'WAREHOUSE_SUSPENDED', retryable: true });
  expect(attempts).toBe(1);
  expect(await ids(rig)).toEqual([]);
});

test('a warehouse that cannot be woken for a transaction: the grant that is missing', async () => {
  await using rig = await openRig();
  const message = "SQL access control error:\nInsufficient privileges to operate on warehouse 'SHOPWAVE_WH'";
  rig.double.faults.add({
    sql: /resume/,
    do: { kind: 'refuse', code: '003001', sqlState: '42501', message },
  });
  await expect(rig.warehouse.transaction((session) => session.query('select 1'))).rejects.toMatchObject({
    code: 'WAREHOUSE_GRANT_MISSING',
    remedy: expect.stringContaining('grant operate on warehouse SHOPWAVE_WH') as string,
  });
});

test('a resource monitor that is used up', async () => {
  await using rig = await openRig();
  const message =
    "Warehouse 'SHOPWAVE_WH' cannot be resumed because resource monitor 'LOAD' has exceeded its quota.";
  rig.double.faults.add({
    sql: /resume/,
    do: { kind: 'refuse', code: '090073', sqlState: '22023', message },
  });
  await expect(rig.warehouse.query('select 1')).rejects.toMatchObject({
    code: 'WAREHOUSE_QUOTA_EXCEEDED',
    retryable: true,
    message: expect.stringContaining(message) as string,
  });
  expect(await rig.warehouse.query('select 1 as n')).toEqual([{ n: 1 }]);
});

test('a warehouse that others operate and that sleeps is an error that says so', async () => {
  await using rig = await openRig({ settings: { operateWarehouse: false } });
  await expect(rig.warehouse.query('select count(*) from information_schema.tables')).rejects.toMatchObject({
    code: 'WAREHOUSE_SUSPENDED',
  });
  expect(operated(rig)).toEqual([]);
});
