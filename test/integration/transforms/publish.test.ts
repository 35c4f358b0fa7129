import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createTransforms } from '../../../transforms/engine/transforms.ts';
import { engineOn, martContents, openTransforms, projectFolder } from '../../support/platform-parts.ts';
import { publishedShop } from '../../support/published-shop.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';

const at = '2026-03-01 12:00:00+00';

function product(position: number): LogEntry {
  const data = {
    id: '1',
    seller_id: null,
    sku: 'A',
    title: 'T',
    category: 'toys',
    kind: 'goods',
    price: '2.5000',
    currency: 'USD',
    is_active: 't',
    created_at: at,
    updated_at: at,
  };
  return { table: 'products', op: 'c', position, data };
}

function order(position: number, id: string, change: Record<string, string | null> = {}): LogEntry {
  const data = {
    id,
    order_number: `N${id}`,
    customer_id: null,
    channel: 'web',
    currency: 'USD',
    status: 'placed',
    is_test: 'f',
    ship_country: 'DE',
    shipping_amount: '0.00',
    placed_at: at,
    cancelled_at: null,
    updated_at: at,
    ...change,
  };
  return { table: 'orders', op: 'c', position, data };
}

function line(position: number, id: string, orderId: string, quantity = '2'): LogEntry {
  const data = {
    id,
    order_id: orderId,
    line_no: '1',
    product_id: '1',
    quantity,
    unit_price: '2.5000',
    discount_amount: '0.00',
    tax_amount: '0.00',
    created_at: at,
    updated_at: at,
  };
  return { table: 'order_lines', op: 'c', position, data };
}

function payment(position: number, kind: string): LogEntry {
  const data = {
    id: '1',
    order_id: '1',
    kind,
    method: 'card',
    status: 'succeeded',
    amount: '5.00',
    currency: 'USD',
  };
  const rest = { processor_ref: null, created_at: at, updated_at: at };
  return { table: 'payments', op: 'u', position, data: { ...data, ...rest } };
}

const first = { id: 'b1', from: 0, to: 3, entries: [product(1), order(2, '1'), line(3, '1', '1')] };
const second = { id: 'b2', from: 3, to: 5, entries: [order(4, '2'), line(5, '2', '2', '3')] };

test('publishes once, and nothing when nothing changed', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  expect((await transforms.build()).publication).toMatchObject({
    version: 1,
    sourceWatermark: '0000000000000003',
  });
  expect((await transforms.stage()).batches).toBe(0);
  expect(await transforms.build()).toMatchObject({ published: false, publication: { version: 1 } });
  await appendBatch(warehouse, second);
  await transforms.stage();
  const result = await transforms.build();
  expect(result.publication).toMatchObject({ version: 2, sourceWatermark: '0000000000000005' });
  expect(result.models.find((model) => model.model === 'fct_order_lines')).toMatchObject({
    kind: 'incremental',
    added: 1,
    removed: 0,
  });
  await warehouse.close();
});

test('a failing check keeps the old version published, says why, and is taken up again', async () => {
  const { warehouse, transforms } = await publishedShop(first.entries);
  const before = await martContents(warehouse);
  const bad = payment(4, 'mystery');
  await appendBatch(warehouse, { id: 'b2', from: 3, to: 4, entries: [bad] });
  await transforms.stage();
  await expect(transforms.build()).rejects.toMatchObject({
    code: 'TRANSFORM_CHECKS_FAILED',
    message: expect.stringMatching(
      /version 1 stays published.*accepted_values_kind on fct_payments: 1 row/,
    ) as string,
  });
  expect(await martContents(warehouse)).toEqual(before);
  expect(await transforms.publication()).toMatchObject({ version: 1 });
  const mended = payment(5, 'capture');
  await appendBatch(warehouse, { id: 'b3', from: 4, to: 5, entries: [mended] });
  await transforms.stage();
  expect((await transforms.build()).publication).toMatchObject({
    version: 2,
    sourceWatermark: '0000000000000005',
  });
  const [row] = await warehouse.query("select count(*) as n from marts.fct_payments where kind = 'capture'");
  expect(Number(row?.['n'])).toBe(1);
  await warehouse.close();
});

test('of two builds at once one publishes, the other waits and finds nothing left to do', async () => {
  const { warehouse, transforms } = await openTransforms();
  const rival = await createTransforms({
    warehouse,
    projectFolder,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await appendBatch(warehouse, first);
  await transforms.stage();
  const results = await Promise.all([transforms.build(), rival.build()]);
  expect(results.filter((result) => result.published)).toHaveLength(1);
  const [row] = await warehouse.query('select count(*) as n, max(version) as version from _meta.publication');
  expect(row).toMatchObject({ n: 1n, version: 1n });
  const [lines] = await warehouse.query('select count(*) as n from marts.fct_order_lines');
  expect(lines).toMatchObject({ n: 1n });
  await warehouse.close();
});

test('a statement never sees half a publication', async () => {
  const { warehouse, transforms } = await publishedShop(first.entries);
  await appendBatch(warehouse, second);
  await transforms.stage();
  const seen = new Set<string>();
  const building = { done: false };
  const build = transforms.build().finally(() => (building.done = true));
  while (!building.done) {
    const [row] = await warehouse.query(
      `select (select version from _meta.head) as version, (select count(*) from marts.fct_order_lines) as lines,
         (select count(*) from marts.fct_orders) as orders, (select sum(amount_minor) from marts.fct_order_events) as minor`,
    );
    seen.add(
      Object.values(row ?? {})
        .map(String)
        .join('/'),
    );
  }
  await build;
  expect([...seen].every((state) => state === '1/1/1/500' || state === '2/2/2/1250')).toBe(true);
  await warehouse.close();
});

test('building some marts publishes them without claiming what the others do not reflect yet', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  await expect(transforms.build({ select: new Set(['dim_date']) })).rejects.toMatchObject({
    code: 'TRANSFORM_NOTHING_PUBLISHED',
  });
  await transforms.build();
  await appendBatch(warehouse, second);
  await transforms.stage();
  const partial = await transforms.build({
    select: new Set(['fct_order_lines', 'fct_order_events', 'fct_orders']),
  });
  expect(partial.publication).toMatchObject({ version: 2, sourceWatermark: '0000000000000003' });
  expect((await transforms.build()).publication).toMatchObject({
    version: 3,
    sourceWatermark: '0000000000000005',
  });
  await warehouse.close();
});

test('an edited model is rebuilt, and what depends on it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-edited-'));
  for (const part of ['macros', 'models', 'seeds', 'tests', 'dbt_project.yml'])
    await cp(join(projectFolder, part), join(folder, part), { recursive: true });
  const { warehouse, transforms } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  await transforms.stage();
  await transforms.build();
  const calendar = join(folder, 'models/marts/dim_date.sql');
  await writeFile(calendar, `${await readFile(calendar, 'utf8')}\nwhere date_day = date '2026-03-01'`);
  const edited = await createTransforms({
    warehouse,
    projectFolder: folder,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  const result = await edited.build();
  expect(result.models.filter((model) => model.kind === 'full').map((model) => model.model)).toEqual([
    'dim_date',
  ]);
  const [row] = await warehouse.query('select count(*) as n from marts.dim_date');
  expect(row).toMatchObject({ n: 1n });
  await warehouse.close();
  await rm(folder, { recursive: true });
});

test('SQL that the warehouse refuses is reported with its file, and nothing is published', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shopwave-refused-'));
  for (const part of ['macros', 'models', 'seeds', 'tests', 'dbt_project.yml']) {
    await cp(join(projectFolder, part), join(folder, part), { recursive: true });
  }
  await writeFile(join(folder, 'models/marts/dim_date.sql'), 'select 1 as date_key,\n from from');
  const { warehouse, transforms } = await openTransforms(folder);
  await appendBatch(warehouse, first);
  await transforms.stage();
  await expect(transforms.build()).rejects.toMatchObject({
    code: 'TRANSFORM_MODEL_FAILED',
    where: expect.stringMatching(/dim_date\.sql:\d+:\d+$/) as string,
    message: expect.stringMatching(/^dim_date: .*"from"/) as string,
  });
  expect(await transforms.publication()).toBeUndefined();
  await warehouse.close();
  await rm(folder, { recursive: true });
});

test('a row that staging lost is found before anything is published', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  await warehouse.execute('delete from staging.stg_shop__orders__state');
  await expect(transforms.build()).rejects.toMatchObject({
    code: 'TRANSFORM_CHECKS_FAILED',
    message: expect.stringContaining('r8_raw_in_staging on stg_shop__orders: 1 row') as string,
  });
  await warehouse.close();
});

test('who asked for a version is known, and its rerun mends damage without overwriting what is newer', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, first);
  await transforms.stage();
  await transforms.build({ requestedBy: 'd/r0/t' });
  await appendBatch(warehouse, second);
  await transforms.stage();
  expect(await transforms.publishedFor('d/r/t')).toBeUndefined();
  await transforms.build({ requestedBy: 'd/r/t' });
  expect(await transforms.publishedFor('d/r/t')).toBe(2);
  await appendBatch(warehouse, { id: 'b3', from: 5, to: 6, entries: [order(6, '2', { status: 'shipped' })] });
  await transforms.stage();
  await transforms.build({ requestedBy: 'd/r/t' });
  expect(await transforms.publishedFor('d/r/t')).toBe(2);
  const good = await martContents(warehouse);
  await warehouse.execute('update marts.fct_order_lines set gross_minor = 7 where order_id = 2');
  expect(await transforms.rerun(2)).toMatchObject({ published: true, publication: { version: 4 } });
  expect(await martContents(warehouse)).toEqual(good);
  const [row] = await warehouse.query('select order_status from marts.fct_orders where order_id = 2');
  expect(row).toEqual({ order_status: 'shipped' });
  await warehouse.close();
});

test('a listener that fails takes no version back, and is told of the newest one with the next work', async () => {
  const { warehouse, transforms } = await openTransforms();
  const told: number[] = [];
  const errors: string[] = [];
  let isDeaf = true;
  const heard = await engineOn(warehouse, {
    logger: { ...silentLogger, error: (message) => void errors.push(message) },
    onPublished: ({ version }) => {
      if (isDeaf) return Promise.reject(new Error('the semantic layer is away'));
      told.push(version);
      return Promise.resolve();
    },
  });
  await appendBatch(warehouse, first);
  await transforms.stage();
  expect(await heard.build()).toMatchObject({ published: true, publication: { version: 1 } });
  expect(errors).toEqual(['version 1 is published, and telling of it failed: the semantic layer is away']);
  isDeaf = false;
  // Also by another reading of the files, and although there is nothing to build.
  expect(await (await heard.reading()).build()).toMatchObject({ published: false });
  expect(told).toEqual([1]);
  await heard.build();
  expect(told).toEqual([1]);
  isDeaf = true;
  await appendBatch(warehouse, second);
  await heard.stage();
  await heard.build();
  isDeaf = false;
  await heard.isBehind();
  expect(told).toEqual([1, 2]);
  await warehouse.close();
});
