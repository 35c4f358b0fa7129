import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Knex } from 'knex';
import { expect, test } from 'vitest';
import { createBatchWriter } from '../../../ingest/landing/batch-writer.ts';
import type { BatchWriter } from '../../../ingest/landing/batch-writer.ts';
import { migrateIngest } from '../../../ingest/landing/chain.ts';
import { openExtractChain } from '../../../ingest/landing/extract-chain.ts';
import type { ExtractChain } from '../../../ingest/landing/extract-chain.ts';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { createLoader, quarantineTable } from '../../../ingest/landing/load.ts';
import type { LoadResult } from '../../../ingest/landing/load.ts';
import type { ExtractFacts } from '../../../ingest/landing/manifest.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import type { Clock } from '../../../lib/clock.ts';
import { systemClock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { createTestDatabase } from '../../support/postgres.ts';

interface Rig {
  readonly control: Knex;
  readonly store: ObjectStore;
  readonly chain: (store?: ObjectStore) => Promise<ExtractChain>;
  readonly load: (warehouse: Warehouse, clock?: Clock) => Promise<LoadResult>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

async function openRig(): Promise<Rig> {
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  await migrateIngest(control);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-extract-'));
  const store = await openFolderStore(dir);
  const common = { source: 'stripe', control, clock: systemClock };
  return {
    control,
    store,
    chain: (own = store) => openExtractChain({ ...common, store: own }),
    load: (warehouse, clock = systemClock) =>
      createLoader({
        spoolDir: tmpdir(),
        ...common,
        clock,
        store,
        warehouse,
        tables: ['charges', 'refunds'],
        logger: silentLogger,
        onProgress: ignoreProgress,
      }).load(),
    [Symbol.asyncDispose]: async () => {
      await control.destroy();
      await database[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const freshTo = '2026-03-01T00:00:00.000000Z';

function facts(cursorOut: string | null, stream = 'charges'): ExtractFacts {
  return {
    stream,
    mode: 'incremental',
    windowFrom: '2026-02-28T23:00:00Z',
    windowTo: '2026-03-01T00:00:00Z',
    cursorIn: null,
    cursorOut,
    apiVersion: '1',
    requests: 1,
    pages: [{ sha256: '0'.repeat(64), objects: 2 }],
  };
}

/** Two objects whose positions do not ascend, as objects of an API come. */
async function window(store: ObjectStore, name: string): Promise<BatchWriter> {
  const batch = createBatchWriter(store);
  for (const [index, position] of ['00000000000000B0', '00000000000000A0'].entries()) {
    const data = JSON.stringify({ id: `${name}_${index}`, amount: 100 });
    const line = `{"op":"u","pos":"${position}","ord":${index},"at":"${freshTo}","schema":"s1","data":${data}}\n`;
    batch.add('charges', line, 1, position);
  }
  batch.describe('s1', { table: 'charges', columns: [{ name: 'id', type: 'string' }] });
  await batch.finish();
  return batch;
}

async function loadedIds(warehouse: Warehouse): Promise<unknown[]> {
  const rows = await warehouse.query(
    "select json_extract_string(data, '$.id') as id from raw.stripe__charges order by id",
  );
  return rows.map((row) => row['id']);
}

const idsOf = (names: readonly string[]): string[] =>
  names.flatMap((name) => [`${name}_0`, `${name}_1`]).sort();

test('windows that end side by side, in two processes, are all landed once and in one chain', async () => {
  await using rig = await openRig();
  const chains = [await rig.chain(), await rig.chain()];
  const names = Array.from({ length: 12 }, (_, index) => `w${index}`);
  const landed = await Promise.all(
    names.map(async (name, index) => {
      const batch = await window(rig.store, name);
      return await chains[index % 2]?.land(batch, facts(null), freshTo);
    }),
  );
  const begins = landed.map((each) => each?.fromPosition ?? '').sort();
  const ends = landed.map((each) => each?.toPosition ?? '').sort();
  expect(begins.slice(1)).toEqual(ends.slice(0, -1));
  expect(landed[0]?.files[0]).toMatchObject({
    minPosition: '00000000000000A0',
    maxPosition: '00000000000000B0',
  });
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  await rig.load(warehouse);
  expect(await loadedIds(warehouse)).toEqual(idsOf(names));
  expect((await rig.load(warehouse)).batchIds).toEqual([]);
  await warehouse.close();
});

test('a window whose manifest a crash left unrecorded is taken over, its cursor with it', async () => {
  await using rig = await openRig();
  const crashing: ObjectStore = {
    ...rig.store,
    put: async (key, body) => {
      await rig.store.put(key, body);
      throw new Error(`ended after ${key}`);
    },
  };
  const first = await rig.chain(crashing);
  await expect(first.land(await window(rig.store, 'a'), facts('c1'), freshTo)).rejects.toThrow('ended after');
  expect(await first.cursor('charges')).toBeUndefined();
  const second = await rig.chain();
  expect(await second.recover()).toHaveLength(1);
  expect(await second.cursor('charges')).toEqual({ cursor: 'c1', freshTo });
  // A backfill leaves the cursor where it is; another stream has one of its own.
  await second.land(await window(rig.store, 'b'), facts(null), freshTo);
  await second.land(await window(rig.store, 'c'), facts('c9', 'refunds'), freshTo);
  expect(await second.cursor('charges')).toMatchObject({ cursor: 'c1' });
  expect(await second.cursor('refunds')).toMatchObject({ cursor: 'c9' });
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  await rig.load(warehouse);
  expect(await loadedIds(warehouse)).toEqual(idsOf(['a', 'b', 'c']));
  await warehouse.close();
});

test('a batch is named as loaded only when every table has its rows, however often loading was cut', async () => {
  await using rig = await openRig();
  const chain = await rig.chain();
  const batch = createBatchWriter(rig.store);
  const tables = ['charges', 'refunds', quarantineTable];
  for (const table of tables) {
    // Large enough that each table is a transaction of its own.
    const line = `{"op":"u","pos":"${'0'.repeat(16)}","ord":1,"at":"${freshTo}","schema":"s1","data":{"id":"x"}}\n`;
    batch.add(table, line.repeat(20_000), 20_000, '0'.repeat(16));
  }
  await batch.finish();
  await chain.land(batch, facts(null), freshTo);
  const warehouse = await openDuckdbWarehouse({ path: ':memory:' });
  let appended = 0;
  const cut: Warehouse = {
    ...warehouse,
    appendFile: async (session, file) => {
      appended += 1;
      if (appended === 3) throw new Error('cut');
      return await warehouse.appendFile(session, file);
    },
  };
  await expect(rig.load(cut)).rejects.toThrow('cut');
  expect(await warehouse.query('select 1 from _meta.loaded_batch')).toEqual([]);
  // The rest comes days later; staging looks no further back for rows than the batch is old.
  const later = { ...systemClock, now: () => new Date(Date.now() + 3 * 86_400_000) };
  expect(await rig.load(warehouse, later)).toMatchObject({ rows: 60_000 });
  const [age] = await warehouse.query(
    `select count(*) filter (where _loaded_at < loaded_at - interval '1 day') as missed
     from raw.stripe__charges join _meta.loaded_batch on _batch_id = batch_id`,
  );
  expect(Number(age?.['missed'])).toBe(0);
  for (const table of tables) {
    const [row] = await warehouse.query(`select count(*) as n from raw.stripe__${table}`);
    expect(Number(row?.['n'])).toBe(20_000);
  }
  await warehouse.close();
});
