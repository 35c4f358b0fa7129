import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { compact } from '../../../ingest/archive/compact.ts';
import { removeOriginals } from '../../../ingest/archive/remove-originals.ts';
import { restoreEntity } from '../../../ingest/archive/restore.ts';
import { restoreTouched } from '../../../ingest/archive/restore-touched.ts';
import { applyRetention } from '../../../ingest/archive/retention.ts';
import { retentionRules } from '../../../ingest/archive/retention-rules.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import type { ArchiveWorld } from '../../support/archive-world.ts';
import { unavailable, withStatementHook } from '../../support/faulty-warehouse.ts';
import { martContents } from '../../support/platform-parts.ts';
import { lineRow, orderRow } from '../../support/shop-rows.ts';
import {
  landChargeback,
  landShop,
  land,
  old,
  oldAt,
  openHome,
  orderIds,
  rawContents,
  retentionOptions,
} from '../../support/archive-home.ts';
import type { Home } from '../../support/archive-home.ts';

describe('retention', () => {
  test('removes whole closed keys, and a chargeback on a four-year-old order brings its history back', async () => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await using twin = await openHome(world);
    await landShop(world);
    await home.catchUp();
    await twin.catchUp();
    const before = await rawContents(home.warehouse);

    const deps = { ...world.deps, warehouse: home.warehouse };
    const planned = await applyRetention(deps, { ...retentionOptions, dryRun: true });
    expect(planned).toEqual([
      { entity: 'shop.orders', table: 'orders', keys: 2, rows: 3 },
      // A line that was deleted goes with its order: its deletion names nothing but itself.
      { entity: 'shop.orders', table: 'order_lines', keys: 2, rows: 4 },
      { entity: 'shop.orders', table: 'payments', keys: 1, rows: 1 },
    ]);
    expect(await rawContents(home.warehouse)).toEqual(before);
    expect(await applyRetention(deps, retentionOptions)).toEqual(planned);
    expect(await orderIds(home.warehouse, 'orders', 'id')).toEqual(['2', '4']);
    expect(await orderIds(home.warehouse, 'order_lines', 'order_id')).toEqual(['2', '4']);
    expect(await orderIds(home.warehouse, 'payments', 'order_id')).toEqual([]);
    expect(await applyRetention(deps, retentionOptions)).toEqual([]);
    expect(await martContents(home.warehouse)).toEqual(await martContents(twin.warehouse));

    // What was landed is compacted by then, and the originals are gone.
    await compact(world.deps);
    const loaded = await home.warehouse.query('select batch_id from _meta.loaded_batch');
    const batches = new Set(loaded.map((row) => String(row['batch_id'])));
    expect(await removeOriginals(world.deps, world.janitor, { graceDays: 0, loaded: batches })).toMatchObject(
      {
        waiting: 0,
      },
    );

    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 0, rows: 0 });
    await landChargeback(world);
    await home.load();
    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 1, rows: 4 });
    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 0, rows: 0 });
    expect(await orderIds(home.warehouse, 'orders', 'id')).toEqual(['1', '2', '4']);
    await home.catchUp();
    await twin.catchUp();
    expect(await martContents(home.warehouse)).toEqual(await martContents(twin.warehouse));
    expect((await martContents(home.warehouse))['fct_order_events']?.join()).toContain('2026-04-01');

    // All of it comes back on demand, each row once, and raw is what it would have been.
    for (const table of ['orders', 'order_lines', 'payments'])
      await restoreEntity(deps, { source: 'shop', table });
    expect(await rawContents(home.warehouse)).toEqual(await rawContents(twin.warehouse));
    expect(await home.warehouse.query('select * from _meta.retired_key')).toEqual([]);
  });

  test('keys whose rows are not staged yet, or share a row with another key, stay', async () => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await land(world, old, [
      orderRow(1, '1', oldAt),
      orderRow(2, '2', oldAt),
      lineRow(3, '11', '1'),
      lineRow(4, '11', '2'),
      orderRow(5, '3', oldAt),
    ]);
    await home.load();
    const deps = { ...world.deps, warehouse: home.warehouse };
    expect(await applyRetention(deps, retentionOptions)).toEqual([]);
    await home.transforms.stage();
    expect(await applyRetention(deps, { ...retentionOptions, dryRun: true })).toMatchObject([
      { keys: 1, rows: 1 },
    ]);
  });

  test.each<[string, (world: ArchiveWorld, home: Home) => Promise<void>]>([
    [
      'a file is damaged',
      async (world) => {
        const [key = ''] = await world.store.list('data/shop/orders/');
        const file = world.store.locate(key);
        const bytes = await readFile(file);
        await writeFile(file, bytes.fill(0, 10, 20));
      },
    ],
    [
      'a file is gone',
      async (world) => world.janitor.remove((await world.store.list('data/shop/orders/'))[0] ?? ''),
    ],
    [
      'raw holds a row that the archive does not',
      async (_, { warehouse }) => {
        await warehouse.execute('insert into raw.shop__orders select * from raw.shop__orders limit 1');
      },
    ],
  ])('nothing goes where %s', async (_, damage) => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await landShop(world);
    await home.catchUp();
    await damage(world, home);
    const before = await rawContents(home.warehouse);
    const deps = { ...world.deps, warehouse: home.warehouse };
    await expect(applyRetention(deps, retentionOptions)).rejects.toMatchObject({
      code: expect.stringMatching(/ARCHIVE_DAMAGED|ARCHIVE_RETENTION_UNPROVEN/) as string,
    });
    expect(await rawContents(home.warehouse)).toEqual(before);
    expect(await home.warehouse.query('select * from _meta.retired_key')).toEqual([]);
  });

  test('is cut anywhere and nothing is half gone, or half back', async () => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await landShop(world);
    await home.catchUp();
    const before = await rawContents(home.warehouse);
    const cutAt = (pattern: RegExp): Warehouse =>
      withStatementHook(home.warehouse, (sql) => {
        if (pattern.test(sql)) throw unavailable();
      });
    for (const pattern of [/delete from raw\."shop__order_lines"/, /retired_key .*shop__payments/s]) {
      const deps = { ...world.deps, warehouse: cutAt(pattern) };
      await expect(applyRetention(deps, retentionOptions)).rejects.toMatchObject({
        code: 'WAREHOUSE_UNAVAILABLE',
      });
      expect(await rawContents(home.warehouse)).toEqual(before);
    }
    const left = await home.warehouse.query(
      "select table_name from information_schema.tables where table_name like 'retention_%'",
    );
    expect(left).toEqual([]);
    await applyRetention({ ...world.deps, warehouse: home.warehouse }, retentionOptions);
    const retired = await rawContents(home.warehouse);
    await landChargeback(world);
    await home.load();
    const cut = { ...world.deps, warehouse: cutAt(/delete from _meta\.retired_key/) };
    await expect(restoreTouched(cut, { rules: retentionRules })).rejects.toMatchObject({
      code: 'WAREHOUSE_UNAVAILABLE',
    });
    expect(await rawContents(home.warehouse)).toHaveLength(retired.length + 2);
    const deps = { ...world.deps, warehouse: home.warehouse };
    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 1, rows: 4 });
  });
});

describe('restore of a table', () => {
  test('into a table of its own, by days, twice, and in a dry run', async () => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await landShop(world);
    await home.catchUp();
    const deps = { ...world.deps, warehouse: home.warehouse };
    const asked = { source: 'shop', table: 'orders', to: '2023-01-01', into: 'old_orders' };
    expect(await restoreEntity(deps, { ...asked, dryRun: true })).toMatchObject({ files: 2, rows: 4 });
    expect(await restoreEntity(deps, asked)).toEqual({
      table: 'raw.old_orders',
      files: 2,
      rows: 4,
      present: 0,
    });
    expect(await restoreEntity(deps, asked)).toMatchObject({ files: 0, present: 2 });
    expect(await home.warehouse.query('select count(*) as n from raw.old_orders')).toEqual([{ n: 4n }]);
    expect(await restoreEntity(deps, { source: 'shop', table: 'orders' })).toMatchObject({
      files: 0,
      present: 3,
    });
    // Staging still finds raw complete.
    await home.transforms.stage();
    await expect(restoreEntity(deps, { source: 'shop', table: 'nothing' })).rejects.toMatchObject({
      code: 'ARCHIVE_UNKNOWN_ENTITY',
    });
  });

  test('brings back what somebody deleted from raw, each row once', async () => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await landShop(world);
    await home.catchUp();
    const before = await rawContents(home.warehouse);
    await home.warehouse.execute("delete from raw.shop__orders where data ->> 'id' = '1'");
    const deps = { ...world.deps, warehouse: home.warehouse };
    expect(await restoreEntity(deps, { source: 'shop', table: 'orders' })).toMatchObject({
      files: 2,
      present: 1,
    });
    expect(await rawContents(home.warehouse)).toEqual(before);
  });
});
