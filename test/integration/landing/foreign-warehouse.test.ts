import { mkdtemp, rm } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import type { Knex } from 'knex';
import { expect, test } from 'vitest';
import { rebuildFromArchive } from '../../../ingest/archive/rebuild.ts';
import { createBatchWriter } from '../../../ingest/landing/batch-writer.ts';
import { migrateIngest } from '../../../ingest/landing/chain.ts';
import { openExtractChain } from '../../../ingest/landing/extract-chain.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { createLoader } from '../../../ingest/landing/load.ts';
import type { LoadResult } from '../../../ingest/landing/load.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { duckdbParquetEngine } from '../../../warehouse/duckdb/parquet-engine.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const freshTo = '2026-03-01T00:00:00.000000Z';
const zero = '0'.repeat(16);

/** A data folder: a control store and an archive of its own. Batches of all folders are named and counted alike. */
interface Folder extends AsyncDisposable {
  readonly control: Knex;
  /** Lands a window of a source with one object of this name. */
  readonly land: (object: string, source?: string) => Promise<unknown>;
  readonly load: (warehouse: Warehouse, source?: string) => Promise<LoadResult>;
  readonly rebuild: (warehouse: Warehouse, control: Knex) => Promise<unknown>;
}

async function openFolder(): Promise<Folder> {
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  await migrateIngest(control);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-foreign-'));
  const store = await openFolderStore(dir);
  const common = { control, store, clock: systemClock, spoolDir: tmpdir(), onProgress: ignoreProgress };
  const extract = {
    stream: 's',
    mode: 'incremental' as const,
    windowFrom: null,
    windowTo: null,
    cursorIn: null,
    cursorOut: null,
    apiVersion: '1',
    requests: 1,
    pages: [],
  };
  return {
    control,
    land: async (object, source = 'stripe') => {
      const batch = createBatchWriter(store);
      const line = { op: 'u', pos: zero, ord: 1, at: freshTo, schema: 's1', data: { id: object } };
      batch.add('charges', `${JSON.stringify(line)}\n`, 1, zero);
      await batch.finish();
      return await (await openExtractChain({ ...common, source })).land(batch, extract, freshTo);
    },
    load: async (warehouse, source = 'stripe') =>
      await createLoader({ ...common, source, warehouse, tables: ['charges'], logger: silentLogger }).load(),
    rebuild: async (warehouse, own) =>
      await rebuildFromArchive({ ...common, control: own, warehouse, parquet: duckdbParquetEngine() }),
    [Symbol.asyncDispose]: async () => {
      await control.destroy();
      await database[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Loaded by a first folder; the objects are those of its rows. */
async function filled(first: Folder, ...objects: readonly string[]): Promise<DuckdbWarehouse> {
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  for (const object of objects) await first.land(object);
  await first.load(warehouse);
  return warehouse;
}

async function loaded(warehouse: Warehouse): Promise<unknown[]> {
  const rows = await warehouse.query(
    "select json_extract_string(data, '$.id') as id from raw.stripe__charges order by id",
  );
  return rows.map((row) => row['id']);
}

const foreign = { code: 'LOAD_WAREHOUSE_FOREIGN', retryable: false };

for (const { what, objects } of [
  { what: 'as many', objects: ['x', 'y'] },
  { what: 'more', objects: ['x', 'y', 'z'] },
  { what: 'fewer', objects: ['x'] },
  { what: 'no', objects: [] },
]) {
  test(`an archive with ${what} batches of the same names loads nothing into another's warehouse, and says so`, async () => {
    await using first = await openFolder();
    await using second = await openFolder();
    const warehouse = await filled(first, 'a', 'b');
    for (const object of objects) await second.land(object);
    const refusal = await second.load(warehouse).catch((error: unknown) => error);
    expect(refusal).toMatchObject(foreign);
    expect(String(refusal)).toMatch(/stripe-000000000002 of stripe from 0+1 to 0+2/);
    expect(await loaded(warehouse)).toEqual(['a', 'b']);
    await first.land('c');
    expect(await first.load(warehouse)).toMatchObject({ rows: 1 });
    await warehouse.close();
  });
}

test('a source that the other archive has not loaded is refused as well', async () => {
  await using first = await openFolder();
  await using second = await openFolder();
  const warehouse = await filled(first, 'a');
  await second.land('x', 'zendesk');
  await expect(second.load(warehouse, 'zendesk')).rejects.toMatchObject(foreign);
  expect(await warehouse.query('select 1 as n from _meta.load_ledger')).toHaveLength(1);
  await warehouse.close();
});

test('an archive that comes to fill the warehouse a moment later does not pass for the first', async () => {
  await using first = await openFolder();
  await using second = await openFolder();
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  await first.land('a');
  await second.land('x');
  // The first has looked, and found the warehouse empty.
  const overtaken: Warehouse = {
    ...warehouse,
    reach: async (object) => {
      await second.load(warehouse);
      return await warehouse.reach(object);
    },
  };
  await expect(first.load(overtaken)).rejects.toMatchObject(foreign);
  await expect(first.load(warehouse)).rejects.toMatchObject(foreign);
  await second.land('y');
  expect(await second.load(warehouse)).toMatchObject({ rows: 1 });
  await warehouse.close();
});

test('what an earlier version has loaded is taken for ours where names and positions are', async () => {
  await using folder = await openFolder();
  const warehouse = await filled(folder, 'a');
  await warehouse.execute('alter table _meta.loaded_batch drop column manifest_sha256');
  await folder.land('b');
  expect(await folder.load(warehouse)).toMatchObject({ rows: 1 });
  const rows = await warehouse.query(
    'select manifest_sha256 is null as old from _meta.loaded_batch order by batch_id',
  );
  expect(rows.map((row) => row['old'])).toEqual([true, false]);
  await warehouse.close();
});

test('what an earlier version has loaded is refused where names are not ours', async () => {
  await using first = await openFolder();
  await using second = await openFolder();
  const warehouse = await filled(first, 'a');
  await warehouse.execute('update _meta.loaded_batch set manifest_sha256 = null');
  await second.land('w', 'zendesk');
  // The second number of this control store, at the same position.
  await second.land('x');
  await expect(second.load(warehouse)).rejects.toMatchObject(foreign);
  await warehouse.close();
});

test('a control store older than the warehouse loads nothing until it is made anew from the archive', async () => {
  await using folder = await openFolder();
  const warehouse = await filled(folder, 'a', 'b');
  const { control } = folder;
  await control.withSchema('ingest').from('manifest').where({ batch_id: 'stripe-000000000002' }).delete();
  await control
    .withSchema('ingest')
    .from('chain')
    .update({ position: `${'0'.repeat(15)}1` });
  await expect(folder.load(warehouse)).rejects.toMatchObject(foreign);
  await folder.rebuild(warehouse, control);
  expect(await folder.load(warehouse)).toMatchObject({ rows: 0 });
  await folder.land('c');
  expect(await folder.load(warehouse)).toMatchObject({ rows: 1 });
  expect(await loaded(warehouse)).toEqual(['a', 'b', 'c']);
  await warehouse.close();
});

test('an archive is not rebuilt into a warehouse that another has filled', async () => {
  await using first = await openFolder();
  await using second = await openFolder();
  const warehouse = await filled(first, 'a');
  await second.land('x');
  await using database = await createTestDatabase();
  const control = openControlStore(database.url);
  await expect(second.rebuild(warehouse, control)).rejects.toMatchObject(foreign);
  expect(await loaded(warehouse)).toEqual(['a']);
  await control.destroy();
  await warehouse.close();
});
