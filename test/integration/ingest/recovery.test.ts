import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { lsnToPosition, parseLsn } from '../../../ingest/postgres/lsn.ts';
import { fold, readAllManifests, readChainOfManifests, readLines, readSource } from './archive.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const orders = { table: 'orders', key: ['id'], columns: ['id', 'total'] };
const schema = `
  create table orders (id int primary key, total numeric);
  create table other (id int primary key, text text);
  insert into orders select i, i from generate_series(1, 50) i;`;

async function readyRig(): Promise<Rig> {
  const rig = await openRig(schema, [orders]);
  await rig.capture().setup();
  return rig;
}

async function insertOrder(rig: Rig, id: number): Promise<void> {
  await rig.shop.pool.query('insert into orders values ($1, 1.50)', [id]);
}

/** Where the slot stands, as the archive writes positions. */
async function confirmed(rig: Rig): Promise<string> {
  const slots = await rig.shop.pool.query<{ lsn: string }>(
    'select confirmed_flush_lsn::text as lsn from pg_replication_slots where slot_name = $1',
    [rig.slot],
  );
  return lsnToPosition(parseLsn(slots.rows[0]?.lsn ?? ''));
}

/** The archive, whole and without overlap, leads to the source as it is. */
async function expectArchiveIsSource(rig: Rig): Promise<void> {
  const manifests = await readAllManifests(rig.store);
  const lines = await readLines(rig.store, manifests, 'orders');
  expect(fold(lines, orders.key)).toEqual(await readSource(rig.shop, orders));
  const ids = lines
    .filter((line) => line.op !== 'r' && line.op !== 's')
    .map((line) => `${line.pos}/${line.ord}`);
  expect(new Set(ids).size).toBe(ids.length);
  const rows = await rig.control.withSchema('ingest').from('manifest').orderBy('from_position').select('key');
  expect(rows).toHaveLength(manifests.length);
}

/** A store that fails once, at the named step, as if the process had ended there. */
function failing(store: ObjectStore, step: (key: string) => boolean, after: boolean): ObjectStore {
  return {
    ...store,
    put: async (key, body) => {
      if (!step(key)) return await store.put(key, body);
      if (after) await store.put(key, body);
      throw new Error('the process ended here');
    },
  };
}

const isManifest = (key: string): boolean => key.startsWith('manifests/');

describe('capture after a crash', () => {
  test('before the manifest: files that nothing names are left, the changes are read again', async () => {
    await using rig = await readyRig();
    await insertOrder(rig, 100);
    const crashing = rig.capture({ store: failing(rig.store, isManifest, false) });
    await expect(crashing.capture()).rejects.toThrow('the process ended here');
    await insertOrder(rig, 101);
    expect(await rig.capture().capture()).toMatchObject({ batches: 1, changes: 2 });
    await expectArchiveIsSource(rig);
  });

  test('after the manifest object: the batch is adopted, not read again', async () => {
    await using rig = await readyRig();
    await insertOrder(rig, 100);
    const crashing = rig.capture({ store: failing(rig.store, isManifest, true) });
    await expect(crashing.capture()).rejects.toThrow('the process ended here');
    const landed = await readChainOfManifests(rig.store);
    await insertOrder(rig, 101);
    expect(await rig.capture().capture()).toMatchObject({ batches: 2, changes: 2 });
    expect((await readChainOfManifests(rig.store)).slice(0, 2)).toEqual(landed);
    await expectArchiveIsSource(rig);
  });

  test('an orphan manifest whose file is damaged is not adopted', async () => {
    await using rig = await readyRig();
    await insertOrder(rig, 100);
    const crashing = rig.capture({ store: failing(rig.store, isManifest, true) });
    await expect(crashing.capture()).rejects.toThrow('the process ended here');
    const [, orphan] = await readChainOfManifests(rig.store);
    await truncate(rig.store.locate(orphan?.files[0]?.key ?? ''), 10);
    await expect(rig.capture().capture()).rejects.toMatchObject({ code: 'LANDING_FILE_DAMAGED' });
  });

  test('a slot that went back: what it sends again is dropped, and it is acknowledged again', async () => {
    await using rig = await readyRig();
    const { pool } = rig.shop;
    await pool.query('select pg_copy_logical_replication_slot($1, $2)', [rig.slot, `${rig.slot}_old`]);
    for (let id = 100; id < 120; id += 1) await insertOrder(rig, id);
    const first = await rig.capture().capture();
    expect(await confirmed(rig)).toBe(first.position);
    // As after a crash of PostgreSQL, which writes a slot down at checkpoints only; or of ours before the acknowledgement.
    await pool.query('select pg_drop_replication_slot($1)', [rig.slot]);
    await pool.query('select pg_copy_logical_replication_slot($1, $2)', [`${rig.slot}_old`, rig.slot]);
    expect((await confirmed(rig)) < first.position).toBe(true);
    await insertOrder(rig, 200);
    expect(await rig.capture({ maxMessagesPerPull: 1 }).capture()).toMatchObject({ changes: 1 });
    expect((await confirmed(rig)) > first.position).toBe(true);
    await expectArchiveIsSource(rig);
  });

  test('before the beginning is landed: the slot is made again', async () => {
    await using rig = await openRig(schema, [orders]);
    const crashing = rig.capture({ store: failing(rig.store, isManifest, false) });
    await expect(crashing.setup()).rejects.toThrow('the process ended here');
    await insertOrder(rig, 100);
    expect(await rig.capture().setup()).toMatchObject({ snapshot: 'taken', rows: 51 });
    expect(await rig.capture().setup()).toMatchObject({ snapshot: 'present', rows: 0 });
    await insertOrder(rig, 101);
    await rig.capture().capture();
    await expectArchiveIsSource(rig);
  });

  test('after the manifest of the beginning: its slot is taken over, and streams from there', async () => {
    await using rig = await openRig(schema, [orders]);
    const crashing = rig.capture({ store: failing(rig.store, isManifest, true) });
    await expect(crashing.setup()).rejects.toThrow('the process ended here');
    const slot = await confirmed(rig);
    await insertOrder(rig, 100);
    expect(await rig.capture().setup()).toMatchObject({ snapshot: 'taken', rows: 51, position: slot });
    expect(await rig.capture().capture()).toMatchObject({ changes: 1 });
    await expectArchiveIsSource(rig);
  });
});

describe('capture beside others', () => {
  test('two captures at once land every change once', async () => {
    await using rig = await readyRig();
    for (let round = 0; round < 3; round += 1) {
      for (let id = 0; id < 20; id += 1) await insertOrder(rig, 1000 + round * 20 + id);
      const runs = await Promise.allSettled([
        rig.capture({ maxMessagesPerPull: 10 }).capture(),
        rig.capture({ maxMessagesPerPull: 10 }).capture(),
      ]);
      const failed = runs.filter((each) => each.status === 'rejected').map((each) => each.reason as unknown);
      for (const error of failed) expect(error).toMatchObject({ retryable: true });
    }
    await rig.capture().capture();
    await expectArchiveIsSource(rig);
  });

  test('a connection that is cut while it reads: typed, worth another try, nothing visible', async () => {
    await using rig = await readyRig();
    await rig.shop.pool.query('insert into orders select i, i from generate_series(1000, 80000) i');
    const before = await rig.store.list('');
    const running = rig.capture().capture();
    const refused = expect(running).rejects.toMatchObject({
      code: 'CAPTURE_SOURCE_UNREACHABLE',
      retryable: true,
    });
    await expect
      .poll(
        async () => {
          const ended = await rig.shop.pool.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
             and application_name = 'shopwave-capture' and state = 'active' and query like 'copy%'`,
          );
          return ended.rowCount;
        },
        { interval: 5 },
      )
      .toBe(1);
    await refused;
    expect(await rig.store.list('')).toEqual(before);
    expect(await readdir(path.join(rig.dir, '.staging'))).toEqual([]);
    await expect
      .poll(
        async () =>
          await rig
            .capture()
            .capture()
            .catch((error: unknown) => error),
      )
      .toMatchObject({ changes: 79_001 });
    await expectArchiveIsSource(rig);
  });

  test('a signal ends it between two batches', async () => {
    await using rig = await readyRig();
    for (let id = 100; id < 110; id += 1) await insertOrder(rig, id);
    const controller = new AbortController();
    const store: ObjectStore = {
      ...rig.store,
      put: (key, body) => {
        controller.abort();
        return rig.store.put(key, body);
      },
    };
    const result = await rig.capture({ store, maxMessagesPerPull: 1 }).capture(controller.signal);
    expect(result).toMatchObject({ batches: 1, changes: 1, caughtUp: false });
    expect(await rig.capture().capture()).toMatchObject({ changes: 9, caughtUp: true });
  });

  test('a busy database whose captured tables rest does not hold the log back', async () => {
    await using rig = await readyRig();
    const before = await confirmed(rig);
    expect(await rig.capture().capture()).toMatchObject({ batches: 0, changes: 0 });
    expect(await confirmed(rig)).toBe(before);
    await rig.shop.pool.query(
      `insert into other select i, repeat('x', 1000) from generate_series(1, 20000) i`,
    );
    expect(await rig.capture().capture()).toMatchObject({ batches: 1, changes: 0 });
    const manifests = await readChainOfManifests(rig.store);
    expect(manifests.at(-1)).toMatchObject({
      kind: 'changes',
      rows: 0,
      files: [],
      toPosition: await confirmed(rig),
    });
    await insertOrder(rig, 100);
    expect(await rig.capture().capture()).toMatchObject({ changes: 1 });
    await expectArchiveIsSource(rig);
  });
});

describe('load', () => {
  async function openWarehouse() {
    const warehouse = await openDuckdbWarehouse({ path: ':memory:', memoryLimit: '400MB', threads: 2 });
    return { ...warehouse, [Symbol.asyncDispose]: warehouse.close };
  }

  test('twice is once, and two loaders at once append once', async () => {
    await using rig = await readyRig();
    await using warehouse = await openWarehouse();
    for (let id = 100; id < 140; id += 1) await insertOrder(rig, id);
    await rig.capture({ maxMessagesPerPull: 15 }).capture();
    const results = await Promise.all([rig.loader(warehouse).load(), rig.loader(warehouse).load()]);
    expect(results[0].rows + results[1].rows).toBe(91);
    const ids = results.flatMap((each) => each.batchIds);
    expect(new Set(ids).size).toBe(ids.length);
    const loader = rig.loader(warehouse);
    expect(await loader.load()).toMatchObject({ batchIds: [], rows: 0 });
    const [counts] = await warehouse.query(
      `select count(*) as lines, count(distinct _position || '/' || _ordinal || '/' || coalesce(data ->> 'id', '')) as different,
         (select cast(sum(row_count) as bigint) from _meta.load_ledger) as ledger,
         (select count(*) from _meta.loaded_batch) as batches from raw.shop__orders`,
    );
    // 50 rows and the mark before them, 40 changes.
    expect(counts).toEqual({ lines: 91n, different: 91n, ledger: 91n, batches: BigInt(ids.length) });
  });

  test('a damaged file stops the load before the warehouse sees it', async () => {
    await using rig = await readyRig();
    await using warehouse = await openWarehouse();
    await rig.loader(warehouse).load();
    await insertOrder(rig, 100);
    await rig.capture().capture();
    const manifests = await readChainOfManifests(rig.store);
    const file = rig.store.locate(manifests[1]?.files[0]?.key ?? '');
    await rm(file);
    await expect(rig.loader(warehouse).load()).rejects.toMatchObject({ code: 'LANDING_OBJECT_MISSING' });
    await writeFile(file, 'something else');
    await expect(rig.loader(warehouse).load()).rejects.toMatchObject({ code: 'LANDING_FILE_DAMAGED' });
    const [row] = await warehouse.query('select count(*) as n from raw.shop__orders');
    expect(row).toEqual({ n: 51n });
  });

  test('a batch that is written in part is not kept', async () => {
    await using rig = await readyRig();
    await using warehouse = await openWarehouse();
    const short = {
      ...warehouse,
      appendFile: async (...args: Parameters<typeof warehouse.appendFile>) =>
        (await warehouse.appendFile(...args)) - 1,
    };
    await expect(rig.loader(short).load()).rejects.toMatchObject({ code: 'LOAD_COUNT_MISMATCH' });
    const [row] = await warehouse.query(
      'select (select count(*) from raw.shop__orders) as n, (select count(*) from _meta.load_ledger) as ledger',
    );
    expect(row).toEqual({ n: 0n, ledger: 0n });
    expect(await rig.loader(warehouse).load()).toMatchObject({ rows: 51 });
  });

  test('a manifest row that is missing is a gap, not something to step over', async () => {
    await using rig = await readyRig();
    await using warehouse = await openWarehouse();
    for (const id of [100, 101]) {
      await insertOrder(rig, id);
      await rig.capture().capture();
    }
    await rig.control.raw(`delete from ingest.manifest where rows = 1 and from_position =
      (select min(from_position) from ingest.manifest where kind = 'changes')`);
    await expect(rig.loader(warehouse).load()).rejects.toMatchObject({ code: 'LOAD_GAP' });
  });
});
