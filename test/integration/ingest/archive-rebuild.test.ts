import type { Knex } from 'knex';
import { describe, expect, test } from 'vitest';
import type { ArchiveDeps } from '../../../ingest/archive/archive.ts';
import { compact } from '../../../ingest/archive/compact.ts';
import { rebuildFromArchive } from '../../../ingest/archive/rebuild.ts';
import type { RebuildDeps } from '../../../ingest/archive/rebuild.ts';
import { removeOriginals } from '../../../ingest/archive/remove-originals.ts';
import { verifyArchive } from '../../../ingest/archive/verify.ts';
import { openFolderJanitor } from '../../../ingest/landing/folder-store.ts';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import { duckdbParquetEngine } from '../../../warehouse/duckdb/parquet-engine.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { openArchiveWorld } from '../../support/archive-world.ts';
import { withRefusedCommit } from '../../support/faulty-warehouse.ts';
import { martContents, openTransforms } from '../../support/platform-parts.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { openRig } from './rig.ts';

async function openControl(): Promise<AsyncDisposable & { readonly control: Knex }> {
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  return {
    control,
    [Symbol.asyncDispose]: async () => {
      await control.destroy();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What ingestion knows of batches, but when it came to know it. */
async function controlContents(control: Knex): Promise<unknown> {
  const read = async (table: string, order: string[]): Promise<unknown[]> => {
    const rows: Array<Record<string, unknown>> = await control
      .withSchema('ingest')
      .from(table)
      .orderBy(order);
    return rows.map(({ updated_at: _updated, landed_at: _landed, ...rest }) => rest);
  };
  return {
    chain: await read('chain', ['source']),
    manifest: await read('manifest', ['source', 'from_position']),
    cursor: await read('cursor', ['source', 'stream']),
  };
}

async function rawContents(warehouse: Warehouse): Promise<string[]> {
  const contents: string[] = [];
  for (const { table } of shopTables) {
    const rows = await warehouse.query(
      `select cast(r as varchar) as t from (select * exclude (_loaded_at) from raw.shop__${table}) as r`,
    );
    contents.push(...rows.map((row) => `${table} ${String(row['t'])}`));
  }
  return contents.toSorted();
}

test('the warehouse and the control store come back from files alone, half of them compacted: equal raw, equal marts', async () => {
  await using rig = await openRig('select 1', shopTables);
  const simulator = createSimulator({
    url: rig.shop.url,
    seed: 5,
    backlogLines: 150,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
  });
  await simulator.prepare();
  const capture = rig.capture({ maxMessagesPerPull: 40 });
  await capture.setup();
  for (const statement of [
    "update orders set status = 'delivered', updated_at = now() where id in (select id from orders order by id limit 20)",
    'update products set price = price + 1, updated_at = now()',
    'update customers set city = null',
  ]) {
    await rig.shop.pool.query(statement);
    await capture.capture();
  }
  const { warehouse, transforms } = await openTransforms();
  await rig.loader(warehouse).load();
  await transforms.stage();
  await transforms.build();

  // Tomorrow, so that today is closed.
  const tomorrow = { ...systemClock, now: () => new Date(systemClock.now().getTime() + 86_400_000) };
  const { store, dir } = rig;
  await using world = await openArchiveWorld();
  const deps: ArchiveDeps = {
    store,
    parquet: duckdbParquetEngine(),
    spoolDir: world.deps.spoolDir,
    clock: tomorrow,
    onProgress: ignoreProgress,
  };
  expect((await compact(deps)).length).toBeGreaterThan(5);
  const loaded = await warehouse.query('select batch_id from _meta.loaded_batch');
  const batches = new Set(loaded.map((row) => String(row['batch_id'])));
  await removeOriginals(deps, openFolderJanitor(dir), { graceDays: 0, loaded: batches });
  // What came after the compaction is there as it was landed.
  await rig.shop.pool.query("update orders set status = 'cancelled', cancelled_at = now() where id % 7 = 0");
  await capture.capture();
  await rig.loader(warehouse).load();
  await transforms.stage();
  await transforms.build();
  const verified = await verifyArchive(deps);
  expect(verified.findings).toEqual([]);
  expect(verified.compacted).toBeGreaterThan(5);
  expect(verified.files).toBeGreaterThan(0);

  await using fresh = await openControl();
  const again = await openTransforms();
  // Loaded now: the warehouse stamps rows by its own clock, which may differ by less than a day.
  const rebuilt = { ...deps, clock: systemClock, control: fresh.control, warehouse: again.warehouse };
  const planned = await rebuildFromArchive(rebuilt, true);
  expect(await controlContents(fresh.control)).toMatchObject({ manifest: [] });
  expect(await rebuildFromArchive(rebuilt)).toEqual(planned);
  expect(await controlContents(fresh.control)).toEqual(await controlContents(rig.control));
  expect(await rawContents(again.warehouse)).toEqual(await rawContents(warehouse));
  await again.transforms.stage();
  await again.transforms.build();
  expect(await martContents(again.warehouse)).toEqual(await martContents(warehouse));
  expect((await martContents(warehouse))['fct_orders']?.length).toBeGreaterThan(20);
  // Nothing is left to do, and the next batch takes a number of its own.
  expect(
    (await rebuildFromArchive(rebuilt)).every(({ recorded, rows }) => recorded === 0 && rows === 0),
  ).toBe(true);
  const next: { rows: Array<{ n: string }> } = await fresh.control.raw(
    "select nextval('ingest.batch_number') as n",
  );
  const used = [...batches].map((id) => Number(id.slice(-12)));
  expect(Number(next.rows[0]?.n)).toBeGreaterThan(Math.max(...used));
  await again.warehouse.close();
  await warehouse.close();
});

describe('a rebuild', () => {
  const line = (id: number): string =>
    `{"op":"c","pos":"0000000000000001","ord":${id},"at":"2026-03-01T12:00:00.000000Z","schema":"orders","data":{"id":"${id}"}}`;

  async function openRebuild(): Promise<
    AsyncDisposable & {
      world: Awaited<ReturnType<typeof openArchiveWorld>>;
      deps: RebuildDeps;
      rows: () => Promise<unknown>;
    }
  > {
    const world = await openArchiveWorld();
    const database = await openControl();
    const { warehouse } = await openTransforms();
    for (let day = 1; day <= 4; day += 1)
      await world.land('shop', `2026-03-0${day}`, { orders: { lines: [line(day), line(day + 10)] } });
    return {
      world,
      deps: { ...world.deps, control: database.control, warehouse },
      rows: async () =>
        await warehouse.query(
          'select cast((select count(*) from raw.shop__orders) as integer) as raw, cast((select count(*) from _meta.loaded_batch) as integer) as batches',
        ),
      [Symbol.asyncDispose]: async () => {
        await warehouse.close();
        await database[Symbol.asyncDispose]();
        await world[Symbol.asyncDispose]();
      },
    };
  }

  test('that is cut before its commit leaves nothing of the round, and goes on when it is asked again', async () => {
    await using rig = await openRebuild();
    const cut = withRefusedCommit(rig.deps.warehouse, () => true);
    await expect(rebuildFromArchive({ ...rig.deps, warehouse: cut })).rejects.toMatchObject({
      code: 'WAREHOUSE_UNAVAILABLE',
    });
    expect(await rig.rows()).toEqual([{ raw: 0, batches: 0 }]);
    await rebuildFromArchive(rig.deps);
    expect(await rig.rows()).toEqual([{ raw: 8, batches: 4 }]);
  });

  test('of a damaged archive stops before it, and says where', async () => {
    await using rig = await openRebuild();
    const [, key = ''] = await rig.world.store.list('data/shop/orders/');
    await rig.world.janitor.remove(key);
    await rig.world.store.put(key, 'something else');
    await expect(rebuildFromArchive(rig.deps)).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED', where: key });
    expect(await rig.rows()).toEqual([{ raw: 0, batches: 0 }]);
    await rig.world.janitor.remove('manifests/shop/0000000000000002.json');
    await expect(rebuildFromArchive(rig.deps)).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  });

  test('into a control store that knows other batches is refused', async () => {
    await using rig = await openRebuild();
    await using other = await openArchiveWorld();
    await other.land('shop', '2026-03-01', { orders: { lines: [line(1)] } });
    await other.land('shop', '2026-03-02', { orders: { lines: [line(2)] } });
    await rebuildFromArchive(rig.deps);
    await rig.deps.control
      .withSchema('ingest')
      .from('manifest')
      .update({ sha256: '0'.repeat(64) });
    await expect(rebuildFromArchive(rig.deps)).rejects.toMatchObject({ code: 'ARCHIVE_CHAIN_DIFFERS' });
    await expect(rebuildFromArchive({ ...rig.deps, store: other.store })).rejects.toMatchObject({
      code: 'ARCHIVE_CHAIN_DIFFERS',
    });
    expect(await rig.rows()).toEqual([{ raw: 8, batches: 4 }]);
  });
});
