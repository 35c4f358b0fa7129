import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { lineRow, orderRow, productRow, removal } from '../../support/shop-rows.ts';

const first = {
  id: 'b1',
  from: 0,
  to: 3,
  entries: [productRow(1, '1'), orderRow(2, '1'), lineRow(3, '1', '1')],
};

test('an edited staging model is made anew from raw, and refused where raw no longer holds it all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-staging-'));
  await cp(projectFolder, folder, { recursive: true, filter: (path) => !path.includes('engine') });
  const { warehouse, transforms } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  await transforms.stage();
  await transforms.build();
  const file = join(folder, 'models/staging/shop/stg_shop__orders.sql');
  await writeFile(file, `${await readFile(file, 'utf8')}\nwhere 1 = 1\n`);
  const edited = await engineOn(warehouse, { projectFolder: folder });
  expect(await edited.stage()).toMatchObject({ batches: 0, step: 2n, changedRows: 1 });
  await edited.build();
  await warehouse.execute('delete from raw.shop__orders');
  await writeFile(file, `${await readFile(file, 'utf8')}  and 2 = 2\n`);
  const again = await engineOn(warehouse, { projectFolder: folder });
  await expect(again.stage()).rejects.toMatchObject({
    code: 'TRANSFORM_RAW_INCOMPLETE',
    message: expect.stringContaining('of 1 rows it was made from raw holds 0') as string,
  });
  expect(await warehouse.query('select count(*) as n from staging.stg_shop__orders')).toEqual([{ n: 1n }]);
  await warehouse.close();
  await rm(folder, { recursive: true });
});

test('staging asks a few things for all models, and touches only the tables that changed', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  await appendBatch(warehouse, {
    id: 'b2',
    from: 3,
    to: 5,
    entries: [orderRow(4, '2'), removal(5, 'order_lines', '1')],
  });
  const sent: string[] = [];
  const counted = await engineOn(withStatementHook(warehouse, (sql) => void sent.push(sql)));
  expect(await counted.stage()).toMatchObject({ batches: 1, changedRows: 2 });
  const perModel = sent.filter((sql) => /stg_shop__/.test(sql) && !/union all/.test(sql));
  expect(perModel.some((sql) => sql.includes('stg_shop__payments'))).toBe(false);
  expect(sent.length).toBeLessThan(40);
  sent.length = 0;
  expect(await counted.stage()).toMatchObject({ batches: 0 });
  expect(sent).toHaveLength(1);
  expect(
    await warehouse.query('select order_line_id, _op from staging.stg_shop__order_lines__state'),
  ).toEqual([{ order_line_id: 1n, _op: 'd' }]);
  await warehouse.close();
});
