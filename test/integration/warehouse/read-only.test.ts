import { expect, test } from 'vitest';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';

test('an ad-hoc query reads, and nothing that changes rows gets through', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  await warehouse.execute('create table t as select 1 as x union all select 2');
  expect(await warehouse.queryReadOnly('select x from t order by x', 1)).toEqual([{ x: 1 }]);
  expect(await warehouse.queryReadOnly('explain select x from t', 10)).toHaveLength(1);
  for (const statement of [
    'delete from t',
    'explain analyze delete from t',
    'explain analyze create table z as select 1',
    'select 1; delete from t',
    'drop table t',
    'checkpoint',
  ]) {
    await expect(warehouse.queryReadOnly(statement, 10), statement).rejects.toMatchObject({
      code: 'WAREHOUSE_NOT_READ_ONLY',
    });
  }
  expect(await warehouse.queryReadOnly('select count(*) as n from t', 1)).toEqual([{ n: 2n }]);
  await expect(warehouse.queryReadOnly('select from from', 1)).rejects.toMatchObject({
    code: 'WAREHOUSE_STATEMENT_FAILED',
  });
  await warehouse.close();
});
