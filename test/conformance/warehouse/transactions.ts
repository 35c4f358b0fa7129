import { expect } from 'vitest';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { refused } from './under-test.ts';
import type { DeclareTest } from './under-test.ts';

async function countOf(warehouse: Pick<Warehouse, 'query'>, table: string): Promise<number> {
  const [row] = await warehouse.query(`select count(*) as n from ${table}`);
  return Number(row?.['n']);
}

async function counter(warehouse: Warehouse): Promise<void> {
  await warehouse.execute('create schema if not exists fit');
  await warehouse.execute('create table fit.t (a bigint)');
}

export function transactionTests(test: DeclareTest): void {
  test('commits all of it, or nothing', async ({ warehouse, rival }) => {
    await counter(warehouse);
    const other = await rival();
    await warehouse.transaction(async (session) => {
      await session.execute('insert into fit.t values (1)');
      await session.execute('insert into fit.t values (2)');
      expect(await countOf(session, 'fit.t')).toBe(2);
      expect(await countOf(other, 'fit.t')).toBe(0);
    });
    expect(await countOf(other, 'fit.t')).toBe(2);
    const failed = warehouse.transaction(async (session) => {
      await session.execute('insert into fit.t values (3)');
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await countOf(other, 'fit.t')).toBe(2);
  });

  test('a statement that fails takes its transaction with it', async ({ warehouse }) => {
    await counter(warehouse);
    const failed = warehouse.transaction(async (session) => {
      await session.execute('insert into fit.t values (1)');
      await session.execute('insert into fit.nowhere values (1)');
    });
    await expect(failed).rejects.toMatchObject({ code: refused });
    expect(await countOf(warehouse, 'fit.t')).toBe(0);
    await warehouse.transaction((session) => session.execute('insert into fit.t values (2)'));
    expect(await countOf(warehouse, 'fit.t')).toBe(1);
  });

  test('of two that swap one row, one wins and the other is told', async ({ warehouse, rival }) => {
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute('create table fit.head (version bigint)');
    await warehouse.execute('insert into fit.head values (1)');
    const doors = [warehouse, await rival()];
    const swap = (door: Warehouse): Promise<number> =>
      door.transaction((session) => session.execute('update fit.head set version = 2 where version = 1'));
    const outcomes = await Promise.allSettled(doors.map(swap));
    const won = outcomes.filter((each) => each.status === 'fulfilled' && each.value === 1);
    expect(won).toHaveLength(1);
    for (const each of outcomes)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'WAREHOUSE_CONFLICT' });
    expect(await warehouse.query('select version from fit.head')).toHaveLength(1);
  });

  test('DDL in a transaction is part of it, or refused before it could commit the rest', async ({
    warehouse,
  }) => {
    await counter(warehouse);
    const failed = warehouse.transaction(async (session) => {
      await session.execute('insert into fit.t values (1)');
      await session.execute('create table fit.made (a bigint)');
      throw new Error('after the DDL');
    });
    const { transactionalDdl } = warehouse.capabilities;
    await expect(failed).rejects.toThrow(transactionalDdl ? 'after the DDL' : 'commits at any DDL');
    expect(await countOf(warehouse, 'fit.t')).toBe(0);
    await expect(countOf(warehouse, 'fit.made')).rejects.toThrow();
  });

  test('declared keys are enforced only where the capabilities say so', async ({ warehouse }) => {
    await warehouse.execute('create schema if not exists fit');
    await warehouse.execute('create table fit.k (a bigint primary key)');
    await warehouse.execute('insert into fit.k values (1)');
    const again = warehouse.execute('insert into fit.k values (1)');
    if (warehouse.capabilities.enforcedKeys) await expect(again).rejects.toThrow();
    else expect(await again).toBe(1);
    await expect(warehouse.execute('insert into fit.k values (null)')).rejects.toThrow();
  });

  test('many at once share the connections there are', async ({ warehouse }) => {
    const asked = Array.from({ length: 30 }, (_, index) => index);
    const answers = await Promise.all(
      asked.map(async (index) => Number((await warehouse.query('select ? + 0 as n', [index]))[0]?.['n'])),
    );
    expect(answers).toEqual(asked);
  });
}
