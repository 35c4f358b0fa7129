import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { ignoreProgress } from '../../../lib/progress.ts';
import { knownInWarehouse } from '../../../ingest/shopify/known.ts';
import { createLoader } from '../../../ingest/landing/load.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { openShopify } from './shopify-rig.ts';
import { expectWorld } from './shopify-world.ts';
import { currentRows, readArchive } from './shopify-zendesk-rig.ts';

const never = new AbortController().signal;
const incremental = { mode: 'incremental' } as const;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

test('the extracted set equals the world: by bulk operations, by pages, after deletes and an outage', async () => {
  await using rig = await openShopify();
  const { host, clock, api, store } = rig;
  // So small that lines of orders and of refunds go on, too.
  const shopify = rig.shopify({ pageSizes: { first: 20, inner: 2 } });
  await shopify.extract(never, incremental);
  expect(host.stats('shopify').byStream['bulk_file']).toBeGreaterThan(2);
  expect(rig.warnings).toEqual([]);
  await expectWorld(rig);
  expect(currentRows((await readArchive(store, 'shopify')).lines, 'refunds').size).toBeGreaterThan(0);

  // An hour later: some changed, one of each kind is gone, page by page.
  const [product] = (
    await rig.shop.pool.query<{ id: string }>(`select id from products where kind = 'goods'`)
  ).rows;
  const [order] = (await rig.shop.pool.query<{ id: string }>(`select id from orders where channel = 'web'`))
    .rows;
  await api.destroy('PRODUCT', product?.id ?? '');
  await api.destroy('ORDER', order?.id ?? '');
  host.resetStats('shopify');
  await rig.live(hourMs, 30);
  await shopify.extract(never, incremental);
  expect(host.stats('shopify').byStream['bulk_file']).toBeUndefined();
  expect(host.stats('shopify').byStream['node']).toBeGreaterThan(0);
  await expectWorld(rig);
  const { lines } = await readArchive(store, 'shopify');
  expect(currentRows(lines, 'orders').has(`gid://shopify/Order/${order?.id}`)).toBe(false);
  const found = [...currentRows(lines, 'deletions').values()].map((row) => [
    row['subjectId'],
    row['foundBy'],
  ]);
  expect(found).toContainEqual([`gid://shopify/Order/${order?.id}`, 'event']);

  // Down for 31 days: the window is caught up with, by bulk operations again.
  clock.jump(5 * minuteMs);
  host.faults('shopify').outage(new Date(clock.now().getTime() + 31 * dayMs));
  await expect(shopify.extract(never, incremental)).rejects.toMatchObject({ code: 'EXTRACT_UNREACHABLE' });
  await rig.live(31 * dayMs, 40);
  host.faults('shopify').clear();
  await shopify.extract(never, incremental);
  expect(host.stats('shopify').byStream['bulk_file']).toBeGreaterThan(0);
  await expectWorld(rig);
});

test('an order that changes while pages are read is not lost', async () => {
  await using rig = await openShopify();
  const shopify = rig.shopify();
  await shopify.extract(never, incremental);
  await rig.live(hourMs, 60);
  let pages = 0;
  // It moves behind the window's end in the middle of the window: the page it was to be on never shows it.
  rig.before.answer = async (request) => {
    if (!request.body.includes('query OrderPage') || (pages += 1) !== 2) return;
    await rig.shop.pool.query(
      `update orders set updated_at = $1, order_number = order_number || 'moved' where id in
         (select id from orders where channel = 'web' and order_number like '%x' order by updated_at, id desc limit 5)`,
      [rig.clock.now()],
    );
  };
  await shopify.extract(never, incremental);
  expect(pages).toBeGreaterThan(2);
  rig.clock.jump(5 * minuteMs);
  await shopify.extract(never, incremental);
  await expectWorld(rig);
});

test('a past window can be read again, and changes below an order are found at night', async () => {
  await using rig = await openShopify();
  const { shop, clock, store } = rig;
  const shopify = rig.shopify();
  await shopify.extract(never, incremental);
  const cursors = await shopify.status();
  const nowMs = clock.now().getTime();
  // Changed without a trace in the order's own time, once lately and once long ago.
  const silently = async (from: number, to: number): Promise<void> => {
    await shop.pool.query(
      `update payments set amount = amount + 1 where order_id in
         (select id from orders where channel = 'web' and updated_at between $1 and $2)`,
      [new Date(from), new Date(to)],
    );
  };
  await silently(nowMs - 400 * dayMs, nowMs - 300 * dayMs);
  await silently(nowMs - 2 * dayMs, nowMs);
  await shopify.extract(never, { mode: 'reconcile', streams: ['orders'] });
  await expect(expectWorld(rig)).rejects.toThrow();
  const window = { from: new Date(nowMs - 401 * dayMs), to: new Date(nowMs - 299 * dayMs) };
  await shopify.extract(never, { mode: 'backfill', streams: ['orders'], ...window });
  await expectWorld(rig);
  expect((await shopify.status()).map(({ freshTo }) => freshTo)).toEqual(
    cursors.map(({ freshTo }) => freshTo),
  );
  const modes = (await readArchive(store, 'shopify')).manifests.map(
    (each) => each.kind === 'extract' && each.extract.mode,
  );
  expect(new Set(modes.slice(-2))).toEqual(new Set(['reconcile', 'backfill']));
});

test('what is gone without an event is found by its id, what was never landed is read, and a lost right deletes nothing', async () => {
  await using rig = await openShopify();
  const { control, store, clock, logger, shop } = rig;
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  try {
    const known = knownInWarehouse(warehouse);
    expect([await known.ids('orders'), await known.oldestOrderMs()]).toEqual([new Set(), undefined]);
    const shopify = rig.shopify({ known });
    await shopify.extract(never, incremental);
    const loader = createLoader({
      spoolDir: tmpdir(),
      control,
      store,
      clock,
      logger,
      onProgress: ignoreProgress,
      warehouse,
      source: 'shopify',
      tables: shopify.tables,
    });
    await loader.load();
    expect((await known.ids('orders')).size).toBeGreaterThan(20);
    const oldest = (
      await shop.pool.query<{ at: Date }>(`select min(placed_at) as at from orders where channel = 'web'`)
    ).rows;
    expect(await known.oldestOrderMs()).toBeLessThanOrEqual(oldest[0]?.at.getTime() ?? 0);

    // Shopify forgets events after a year; and an order appears that has been there all along.
    const [gone] = (
      await shop.pool.query<{ id: string }>(`select id from orders where channel = 'web' order by id desc`)
    ).rows;
    await shop.pool.query(
      `insert into simulator.shopify_destroyed (subject_type, subject_id, at) values ('ORDER', $1, $2)`,
      [gone?.id, new Date(clock.now().getTime() - 400 * dayMs)],
    );
    await shop.pool.query(
      `update orders set channel = 'web' where id in (select id from orders where channel <> 'web' limit 1)`,
    );
    await shopify.extract(never, { mode: 'reconcile', streams: ['deletions'] });
    await expectWorld(rig);
    const { lines } = await readArchive(store, 'shopify');
    expect(currentRows(lines, 'deletions').get(`reconciled/gid://shopify/Order/${gone?.id}`)).toMatchObject({
      foundBy: 'reconciliation',
    });

    await loader.load();
    await shop.pool.query(
      `insert into simulator.shopify_destroyed (subject_type, subject_id, at)
       select 'ORDER', id, $1 from orders where channel = 'web' limit 40 on conflict do nothing`,
      [new Date(clock.now().getTime() - 400 * dayMs)],
    );
    const before = (await readArchive(store, 'shopify')).manifests.length;
    await expect(shopify.extract(never, { mode: 'reconcile', streams: ['deletions'] })).rejects.toMatchObject(
      {
        code: 'SHOPIFY_RECONCILE_IMPLAUSIBLE',
      },
    );
    expect((await readArchive(store, 'shopify')).manifests).toHaveLength(before);
  } finally {
    await warehouse.close();
  }
});
