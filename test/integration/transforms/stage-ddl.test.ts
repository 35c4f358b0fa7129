import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changes, withCommittingDdl } from '../../support/committing-ddl.ts';
import { unavailable, withStatementHook } from '../../support/faulty-warehouse.ts';
import { engineOn, openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { lineRow, orderRow, productRow } from '../../support/shop-rows.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwave-stage-ddl-'));
  await cp(projectFolder, folder, { recursive: true, filter: (path) => !path.includes('engine') });
});
afterEach(() => rm(folder, { recursive: true }));

const first = {
  id: 'b1',
  from: 0,
  to: 3,
  entries: [productRow(1, '1'), orderRow(2, '1'), lineRow(3, '1', '1')],
};
const second = { id: 'b2', from: 3, to: 4, entries: [orderRow(4, '2')] };

/** Another column, so that the table has to be replaced. */
async function addColumn(): Promise<void> {
  const file = join(folder, 'models/staging/shop/stg_shop__orders.sql');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('select', "select 'x' as extra,"));
}

const ddl = /^\s*(\/\*.*?\*\/\s*)*(create|drop|alter|truncate)\b/i;
const ids = 'select order_id from staging.stg_shop__orders order by 1';

test('where DDL commits by itself, no DDL stands in the transaction that moves the stage head', async () => {
  const { warehouse } = await openTransforms(folder);
  const inside: string[] = [];
  const limited = withCommittingDdl(warehouse, (sql) => void inside.push(sql));
  await appendBatch(warehouse, first);
  await (await engineOn(limited, { projectFolder: folder })).stage();
  await appendBatch(warehouse, second);
  await addColumn();
  const edited = await engineOn(limited, { projectFolder: folder });
  expect(await edited.stage()).toMatchObject({ batches: 1, step: 2n });
  expect(await warehouse.query('select order_id, extra from staging.stg_shop__orders order by 1')).toEqual([
    { order_id: 1n, extra: 'x' },
    { order_id: 2n, extra: 'x' },
  ]);
  // What only changes values keeps its table.
  const file = join(folder, 'models/staging/shop/stg_shop__orders.sql');
  await writeFile(file, `${await readFile(file, 'utf8')}\nwhere 1 = 1\n`);
  await (await engineOn(limited, { projectFolder: folder })).stage();
  expect(await warehouse.query(ids)).toEqual([{ order_id: 1n }, { order_id: 2n }]);
  await appendBatch(warehouse, { id: 'b3', from: 4, to: 5, entries: [orderRow(5, '2', { channel: 'app' })] });
  await (await engineOn(limited, { projectFolder: folder })).stage();
  expect(await warehouse.query('select extra, _image from feed.stg_shop__orders order by _image')).toEqual([
    { extra: 'x', _image: 'after' },
    { extra: 'x', _image: 'before' },
  ]);
  expect(inside.length).toBeGreaterThan(10);
  expect(inside.filter((sql) => ddl.test(sql))).toEqual([]);
  await warehouse.close();
});

test('a table that was replaced for a step which failed is made anew by the next', async () => {
  const { warehouse } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  await (await engineOn(warehouse, { projectFolder: folder })).stage();
  const original = await readFile(join(folder, 'models/staging/shop/stg_shop__orders.sql'), 'utf8');
  await appendBatch(warehouse, second);
  await addColumn();
  const failing = withCommittingDdl(warehouse, (sql) => {
    if (sql.includes('_meta.staged_batch')) throw unavailable();
  });
  await expect((await engineOn(failing, { projectFolder: folder })).stage()).rejects.toThrow();
  expect(await warehouse.query('select step from _meta.stage_head')).toEqual([{ step: 1n }]);
  // Even where the edit is taken back, the table is no longer the one that its definition made.
  await writeFile(join(folder, 'models/staging/shop/stg_shop__orders.sql'), original);
  const limited = withCommittingDdl(warehouse);
  await (await engineOn(limited, { projectFolder: folder })).stage();
  expect(await warehouse.query(ids)).toEqual([{ order_id: 1n }, { order_id: 2n }]);
  const columns = await warehouse.query('describe staging.stg_shop__orders');
  expect(columns.some((row) => row['column_name'] === 'extra')).toBe(false);
  await warehouse.close();
});

test('a table that was replaced while another process made a step is made anew by the next', async () => {
  const { warehouse } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  await (await engineOn(warehouse, { projectFolder: folder })).stage();
  await addColumn();
  const rival = await engineOn(warehouse, { projectFolder: folder });
  const replaces = changes(/^staging\.stg_shop__orders__state$/);
  let isOvertaken = false;
  const slow = withStatementHook(warehouse, async (sql) => {
    if (isOvertaken || !replaces(sql)) return;
    isOvertaken = true;
    await appendBatch(warehouse, second);
    expect(await rival.stage()).toMatchObject({ batches: 1, step: 2n });
  });
  const overtaken = await engineOn(withCommittingDdl(slow), { projectFolder: folder });
  // It lost, saw that its table is not the one that the other's step has filled, and made it anew.
  expect(await overtaken.stage()).toMatchObject({ batches: 0, step: 3n });
  expect(isOvertaken).toBe(true);
  expect(await warehouse.query(ids)).toEqual([{ order_id: 1n }, { order_id: 2n }]);
  await warehouse.close();
});

test('a feed that a crash left with the columns of before is mended by the next step', async () => {
  const { warehouse } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  const limited = withCommittingDdl(warehouse);
  const engine = await engineOn(limited, { projectFolder: folder });
  await engine.stage();
  await warehouse.execute(
    "create or replace table feed.stg_shop__orders as select 1 as a, 0 as _step, '' as _image",
  );
  await appendBatch(warehouse, second);
  expect(await engine.stage()).toMatchObject({ batches: 1, step: 2n });
  expect(await warehouse.query('select order_id, _step from feed.stg_shop__orders')).toEqual([
    { order_id: 2n, _step: 2n },
  ]);
  await warehouse.close();
});
