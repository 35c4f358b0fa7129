import { expect, test } from 'vitest';
import { scannedWarehouse, wideScans } from '../../../bench/transforms/scanned-warehouse.ts';
import { withWorkTag } from '../../../lib/work-tag.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';

const limits = { largeRows: 500_000, percent: 25 };

test('what reads much of a large table is told with its model, what zone maps keep small is not', async () => {
  const duckdb = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  await duckdb.execute('create schema marts');
  await duckdb.execute(
    'create table marts.fct as select i as id, hash(i) as h from range(1000000) as t(i) order by i',
  );
  await duckdb.execute('create table marts.few as select i as id from range(1000) as t(i)');
  const warehouse = scannedWarehouse(duckdb, () => 'audit');
  await warehouse.query('select count(*) from marts.fct where id between ? and ?', [10, 20]);
  expect(await wideScans(duckdb, warehouse.take(), limits)).toEqual([]);
  await warehouse.query('select sum(id) from marts.few');
  await withWorkTag({ model: 'fct' }, () =>
    warehouse.transaction((session) =>
      session.execute('create table marts.found as select max(h) as h from marts.fct'),
    ),
  );
  await warehouse.query('select sum(id) as s from marts.fct');
  const wide = await wideScans(duckdb, warehouse.take(), limits);
  expect(new Set(wide.map(({ by, table, share }) => `${by} reads ${share} % of ${table}`))).toEqual(
    new Set(['audit reads 100 % of marts.fct', 'fct reads 100 % of marts.fct']),
  );
  expect(await wideScans(duckdb, warehouse.take(), limits)).toEqual([]);
  await duckdb.close();
});
