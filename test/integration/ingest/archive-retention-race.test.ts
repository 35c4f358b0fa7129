import { describe, expect, test } from 'vitest';
import { restoreEntity } from '../../../ingest/archive/restore.ts';
import { restoreTouched } from '../../../ingest/archive/restore-touched.ts';
import { applyRetention } from '../../../ingest/archive/retention.ts';
import { retentionRules } from '../../../ingest/archive/retention-rules.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import { withStatementHook } from '../../support/faulty-warehouse.ts';
import { martContents } from '../../support/platform-parts.ts';
import { orderRow, refundRow } from '../../support/shop-rows.ts';
import {
  landChargeback,
  landShop,
  land,
  oldAt,
  openHome,
  orderIds,
  retentionOptions,
} from '../../support/archive-home.ts';
import type { Home } from '../../support/archive-home.ts';

/** An archive that says what is about to be read. */
function withReadHook(store: ObjectStore, before: (what: string) => Promise<void>): ObjectStore {
  return {
    ...store,
    list: async (prefix) => {
      await before(`object ${prefix}`);
      return await store.list(prefix);
    },
    exists: async (key) => {
      await before(`object ${key}`);
      return await store.exists(key);
    },
  };
}

type Entries = Parameters<typeof land>[2];

/** Four years later an order is changed; or it gets a row that it did not have. */
const update = [orderRow(40, '1', { ...oldAt, status: 'returned', updated_at: '2026-04-01 12:00:00+00' })];
const refund = [refundRow(40, '31', '1', { refunded_at: '2026-04-01 12:00:00+00' })];

describe('retention beside a load', () => {
  test.each<[string, RegExp, Entries, (home: Home) => Promise<void>]>([
    ['loaded before the archive is read', /^object manifests/, update, ({ load }) => load()],
    ['loaded before its files are counted', /with touched as/, update, ({ load }) => load()],
    ['loaded while its files are proven', /^object data/, update, ({ load }) => load()],
    ['loaded and staged while its files are proven', /^object data/, refund, ({ catchUp }) => catchUp()],
  ])('a key of which something is %s is no longer due', async (_, moment, entries, take) => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await using twin = await openHome(world);
    await landShop(world);
    await home.catchUp();
    let isOver = false;
    const meanwhile = async (what: string): Promise<void> => {
      if (isOver || !moment.test(what)) return;
      isOver = true;
      await land(world, '2026-04-01', entries);
      await take(home);
    };
    const deps = {
      ...world.deps,
      store: withReadHook(world.store, meanwhile),
      warehouse: withStatementHook(home.warehouse, meanwhile),
    };
    expect(await applyRetention(deps, retentionOptions)).toEqual([
      { entity: 'shop.orders', table: 'orders', keys: 1, rows: 1 },
      { entity: 'shop.orders', table: 'order_lines', keys: 1, rows: 3 },
    ]);
    expect(isOver).toBe(true);
    expect(await orderIds(home.warehouse, 'orders', 'id')).toEqual(['1', '2', '4']);
    expect(await orderIds(home.warehouse, 'payments', 'order_id')).toEqual(['1']);
    await home.catchUp();
    await twin.catchUp();
    expect(await martContents(home.warehouse)).toEqual(await martContents(twin.warehouse));
  });

  test('what was loaded between restoring and staging is made up for, whoever staged it, and once', async () => {
    await using world = await openArchiveWorld();
    await using home = await openHome(world);
    await landShop(world);
    await home.catchUp();
    const deps = { ...world.deps, warehouse: home.warehouse };
    await applyRetention(deps, retentionOptions);
    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 0, rows: 0 });
    await landChargeback(world);
    await home.load();
    await home.transforms.stage();
    await land(world, '2026-04-02', [orderRow(50, '5')]);
    await home.catchUp();
    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 1, rows: 4 });
    expect(await restoreTouched(deps, { rules: retentionRules })).toEqual({ keys: 0, rows: 0 });
    // None of them is looked at again.
    expect(
      await home.warehouse.query(
        'select batch_id from _meta.loaded_batch where batch_id not in (select batch_id from _meta.settled_batch)',
      ),
    ).toEqual([]);
    // Of a key that is half back, the rest leaves again.
    await restoreEntity(deps, { source: 'shop', table: 'order_lines' });
    const [half] = await applyRetention(deps, retentionOptions);
    expect(half).toEqual({ entity: 'shop.orders', table: 'order_lines', keys: 1, rows: 3 });
    expect(await orderIds(home.warehouse, 'order_lines', 'order_id')).toEqual(['1', '2', '4']);
  });
});
