import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { changes, dyingAfter, withCommittingDdl } from '../../support/committing-ddl.ts';
import { engineOn, openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { orderRow } from '../../support/shop-rows.ts';

let folder: string;
let warehouse: DuckdbWarehouse;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopwave-stage-crash-'));
  await cp(projectFolder, folder, { recursive: true, filter: (path) => !path.includes('engine') });
  ({ warehouse } = await openTransforms(folder));
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 1, entries: [orderRow(1, '1')] });
});
afterEach(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

const edit = async (change: (sql: string) => string): Promise<void> => {
  const file = join(folder, 'models/staging/shop/stg_shop__orders.sql');
  await writeFile(file, change(await readFile(file, 'utf8')));
};
const addColumn = (sql: string): string => sql.replace('select', "select 'x' as extra,");
const removeColumn = (sql: string): string => sql.replace("select 'x' as extra,", 'select');

const ofOrders = changes(/^(staging|feed)\.stg_shop__orders(__state)?$/);

/** A step of a process that dies after so many statements of the orders and of the head. */
async function stageAndDie(survived: number): Promise<void> {
  const mortal = dyingAfter(
    warehouse,
    survived,
    (sql) => ofOrders(sql) || sql.includes('_meta.stage_head set'),
  );
  const engine = await engineOn(mortal.warehouse, { projectFolder: folder });
  // Behind its commit the step has happened, whatever becomes of the process.
  await engine.stage().catch(() => {});
  expect(mortal.isDead()).toBe(true);
}

async function stageHealthy(): Promise<void> {
  await (await engineOn(withCommittingDdl(warehouse), { projectFolder: folder })).stage();
}

const columnsOf = async (relation: string): Promise<unknown[]> =>
  (await warehouse.query(`describe ${relation}`)).map((row) => row['column_name']);

/** Everything that staging has made of the orders is whole, and goes on being so. */
async function expectWhole(id: string, hasExtra: boolean): Promise<void> {
  await appendBatch(warehouse, { id, from: 50, to: 60, entries: [orderRow(60, '9')] });
  await stageHealthy();
  expect(await warehouse.query('select order_id from staging.stg_shop__orders order by 1')).toEqual([
    { order_id: 1n },
    { order_id: 9n },
  ]);
  expect(await warehouse.query('select order_id, _image from feed.stg_shop__orders')).toEqual([
    { order_id: 9n, _image: 'after' },
  ]);
  const visible = await columnsOf('staging.stg_shop__orders');
  expect(visible.includes('extra')).toBe(hasExtra);
  const all = await columnsOf('staging.stg_shop__orders__state');
  expect(await columnsOf('feed.stg_shop__orders')).toEqual([...all, '_step', '_image']);
}

test.each([1, 2, 3, 4, 5, 6])(
  'a table whose creation was cut after %i statement(s) is whole after the next step',
  async (survived) => {
    await stageAndDie(survived);
    await stageHealthy();
    await expectWhole('b2', false);
  },
);

test.each(
  [1, 2, 3, 4].flatMap((survived) => [[survived, 'kept'] as const, [survived, 'taken back'] as const]),
)(
  'a replacement that was cut after %i statement(s) is made good, when the edit is %s',
  async (survived, fate) => {
    await stageHealthy();
    await edit(addColumn);
    await appendBatch(warehouse, {
      id: 'b3',
      from: 1,
      to: 2,
      entries: [orderRow(2, '1', { channel: 'app' })],
    });
    await stageAndDie(survived);
    if (fate === 'taken back') await edit(removeColumn);
    await stageHealthy();
    await expectWhole('b2', fate === 'kept');
  },
);

test.each([
  ['a table of other columns', 'alter table staging.stg_shop__orders__state add column extra varchar'],
  ['no feed', 'drop table feed.stg_shop__orders'],
  ['no table', 'drop table staging.stg_shop__orders__state'],
])('%s under a known definition is made anew by the next step', async (_, broken) => {
  await stageHealthy();
  await warehouse.execute(broken);
  await appendBatch(warehouse, { id: 'b3', from: 1, to: 2, entries: [orderRow(2, '1', { channel: 'app' })] });
  await stageHealthy();
  await expectWhole('b2', false);
});

test('a table that this step would fill for the first time is not taken for filled when the step fails', async () => {
  await stageHealthy();
  await warehouse.execute('drop table staging.stg_shop__orders__state');
  await appendBatch(warehouse, { id: 'b3', from: 1, to: 2, entries: [orderRow(2, '1', { channel: 'app' })] });
  await stageAndDie(3);
  await stageHealthy();
  await expectWhole('b2', false);
});
