import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { warehouseErrors } from '../../../warehouse/errors.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { engineOn, openTransforms } from '../../support/platform-parts.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { customerRow, lineRow, orderRow, paymentRow, productRow } from '../../support/shop-rows.ts';

const hungry = 'create table big as select range as a, hash(range) as b from range(2000000) order by b';

test('too little memory is said to be that, and may be tried again', async () => {
  // One thread would sort it on disk.
  const warehouse = await openDuckdbWarehouse({ path: ':memory:', memoryLimit: '20MB', threads: 2 });
  await expect(warehouse.execute(hungry)).rejects.toMatchObject({
    code: 'WAREHOUSE_OUT_OF_MEMORY',
    retryable: true,
  });
  await warehouse.execute("set memory_limit = '1GB'");
  await warehouse.execute(hungry);
  await warehouse.close();
});

test('no room to spill is a full disk, though DuckDB calls it memory', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-spill-'));
  const warehouse = await openDuckdbWarehouse({ path: path.join(folder, 'w.duckdb'), memoryLimit: '30MB' });
  await warehouse.execute("set max_temp_directory_size = '1MB'");
  await expect(warehouse.execute(hungry)).rejects.toMatchObject({
    code: 'WAREHOUSE_DISK_FULL',
    retryable: true,
  });
  await warehouse.close();
  await rm(folder, { recursive: true });
});

test('what a value or a statement says of disks is not taken for one that is full', async () => {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  for (const text of ['No space left on device', 'could not write', 'Out of Memory Error: x']) {
    await expect(warehouse.query(`select cast('${text}' as integer)`), text).rejects.toMatchObject({
      code: 'WAREHOUSE_STATEMENT_FAILED',
    });
  }
  await warehouse.close();
});

const places = [
  ['a model', /create or replace table delta_\w+\.fct_payments__select /],
  ['a check', /select 0 as arm/],
] as const;

test.each(places)(
  '%s that ran out of memory holds nothing back: the run fails and is due again',
  async (_, sql) => {
    const { warehouse, transforms } = await openTransforms();
    const first = [
      productRow(1, '1'),
      customerRow(2, '1'),
      orderRow(3, '1', { customer_id: '1' }),
      lineRow(4, '1', '1'),
      paymentRow(5, '1', '1'),
    ];
    await appendBatch(warehouse, { id: 'b1', from: 0, to: 5, entries: first });
    await transforms.stage();
    await transforms.build();
    await appendBatch(warehouse, { id: 'b2', from: 5, to: 6, entries: [paymentRow(6, '2', '1')] });
    await transforms.stage();
    let refused = 0;
    const starved = await engineOn(
      withStatementHook(warehouse, (statement) => {
        if (!sql.test(statement)) return;
        refused += 1;
        throw warehouseErrors.error('WAREHOUSE_OUT_OF_MEMORY', { message: 'could not allocate a block' });
      }),
    );
    await expect(starved.build()).rejects.toMatchObject({ code: 'WAREHOUSE_OUT_OF_MEMORY' });
    expect(refused).toBeGreaterThan(0);
    expect(await warehouse.query('select model from _meta.held_back')).toEqual([]);
    expect(await transforms.isBehind()).toBe(true);
    expect(await transforms.build()).toMatchObject({ published: true, held: [] });
    await warehouse.close();
  },
);
