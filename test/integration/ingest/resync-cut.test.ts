import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { rebuildFromArchive } from '../../../ingest/archive/rebuild.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import { systemClock } from '../../../lib/clock.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { duckdbParquetEngine } from '../../../warehouse/duckdb/parquet-engine.ts';
import { openTransforms } from '../../support/platform-parts.ts';
import { fold, readAllManifests, readLines, readSource } from './archive.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const schema = `
  create table orders (id int primary key, total numeric, memo text default 'm');
  insert into orders select i, i from generate_series(1, 200) i;`;
const orders: CapturedTable = { table: 'orders', key: ['id'], columns: ['id', 'total'] };
const withMemo: CapturedTable = { ...orders, columns: ['id', 'total', 'memo'] };
const smallChunks = { chunkBytes: 600, snapshotReaders: 1 };

async function readyRig(): Promise<Rig> {
  const rig = await openRig(schema, [orders]);
  await rig.capture().setup();
  return rig;
}

async function expectArchiveIsSource(rig: Rig, table: CapturedTable = orders): Promise<void> {
  const lines = await readLines(rig.store, await readAllManifests(rig.store), table.table);
  expect(fold(lines, table.key)).toEqual(await readSource(rig.shop, table));
}

/** Everything of the control store that capture goes by. */
async function controlContents({ control }: Rig): Promise<unknown> {
  const contents: unknown[] = [];
  for (const table of ['capture', 'chain', 'manifest']) {
    contents.push(await control.withSchema('ingest').from(table).select('*').orderBy('source'));
  }
  for (const table of ['gap', 'partition', 'snapshot_run', 'snapshot_table', 'snapshot_chunk']) {
    contents.push(await control.withSchema('ingest_postgres').from(table).select('*'));
  }
  return contents;
}

/** Aborts once so many chunks of a snapshot are in the archive. */
function abortAfterChunks(rig: Rig, count: number) {
  const controller = new AbortController();
  let chunks = 0;
  const store = {
    ...rig.store,
    stage: async () => {
      const staged = await rig.store.stage();
      return {
        ...staged,
        publish: async (key: string) => {
          chunks += 1;
          if (chunks === count) controller.abort();
          return await staged.publish(key);
        },
      };
    },
  };
  return { store, signal: controller.signal };
}

describe('a resync that is cut', () => {
  test('leaves the gap open: capture reads the rest first, and lands nothing until then', async () => {
    await using rig = await readyRig();
    await rig.shop.pool.query(`select pg_drop_replication_slot('${rig.slot}')`);
    await rig.shop.pool.query('insert into orders select i, i from generate_series(500, 600) i');
    const { store, signal } = abortAfterChunks(rig, 3);
    // Nobody has noted the gap before; resync itself finds it.
    await expect(rig.capture({ ...smallChunks, store }).resync({ signal })).rejects.toMatchObject({
      code: 'CAPTURE_SNAPSHOT_UNFINISHED',
      retryable: true,
    });
    await rig.shop.pool.query('delete from orders where id < 10; insert into orders values (999, 9)');
    const status = await rig.capture().status();
    expect(status).toMatchObject({
      level: 'page',
      gaps: [{ code: 'CAPTURE_SLOT_MISSING', isHealing: true }],
    });
    expect(status.findings).toContainEqual(expect.objectContaining({ what: 'unfinished snapshot' }));
    const before = await readAllManifests(rig.store);
    // A tick that is ended before the rest is read, and one beside another process that reads it.
    await expect(rig.capture(smallChunks).capture(AbortSignal.abort())).rejects.toMatchObject({
      code: 'CAPTURE_HEALING',
      retryable: true,
    });
    expect(await readAllManifests(rig.store)).toEqual(before);
    expect((await rig.capture().status()).gaps).toHaveLength(1);
    expect(await rig.capture().resync({ dryRun: true })).toMatchObject({ reasons: [] });
    // One of the snapshot, so that it is loaded, and one of the stream.
    expect(await rig.capture(smallChunks).capture()).toMatchObject({ batches: 2, caughtUp: true });
    await expectArchiveIsSource(rig);
    expect(await rig.capture().status()).toMatchObject({ gaps: [], snapshots: [] });
  });

  test('does not mend a break that came after it', async () => {
    await using rig = await readyRig();
    const publish = (what: string) =>
      rig.shop.pool.query(`alter publication ${rig.slot} set (publish = '${what}')`);
    const code = (error: unknown): unknown => (error as { readonly code?: string }).code;
    for (const round of [1, 2]) {
      await publish('insert, update');
      expect(await rig.capture().capture().catch(code)).toBe('CAPTURE_PUBLICATION_CHANGED');
      if (round === 2) break;
      const cut = rig.capture().resync({ signal: AbortSignal.abort() });
      expect(await cut.catch(code)).toBe('CAPTURE_SNAPSHOT_UNFINISHED');
    }
    expect(await rig.capture().snapshot()).toMatchObject({ isFinished: true });
    // After the snapshot that was begun before it, and before the publication is put back by hand.
    await rig.shop.pool.query('delete from orders where id < 10');
    await publish('insert, update, delete, truncate');
    expect(await rig.capture().capture().catch(code)).toBe('CAPTURE_GAP_OPEN');
    await rig.capture().resync();
    await rig.capture().capture();
    await expectArchiveIsSource(rig);
    expect((await rig.capture().status()).gaps).toEqual([]);
  });

  test('two at once: one reads, the other waits and finds it read', async () => {
    await using rig = await readyRig();
    const capture = rig.capture(smallChunks);
    await capture.resync({ tables: ['orders'], signal: AbortSignal.abort() }).catch(() => {});
    const both = await Promise.all([capture.snapshot(), rig.capture(smallChunks).snapshot()]);
    expect(both.map((each) => each.isFinished)).toEqual([true, true]);
    expect(both.map((each) => each.rows).toSorted((a, b) => a - b)).toEqual([0, 200]);
    await expectArchiveIsSource(rig);
  });
});

test('a column that is allowed beside a running tick: the tick ends, and no gap is left', async () => {
  await using rig = await readyRig();
  for (let id = 1000; id < 1020; id += 1)
    await rig.shop.pool.query('insert into orders values ($1, 1)', [id]);
  const state: { resync?: Promise<unknown>; isOver: boolean } = { isOver: false };
  const isWaited = async (): Promise<boolean> => {
    const { rows } = await rig.control.raw(
      `select from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return state.isOver || rows.length > 0;
  };
  const store = {
    ...rig.store,
    put: async (key: string, body: string | Uint8Array) => {
      // In the middle of the first pull: it either waits for the pull, or has changed the publication under it.
      if (state.resync === undefined) {
        state.resync = rig
          .capture({ tables: [withMemo] })
          .resync()
          .finally(() => (state.isOver = true));
        await expect.poll(isWaited, { interval: 10, timeout: 10_000 }).toBe(true);
      }
      return await rig.store.put(key, body);
    },
  };
  await expect(rig.capture({ store, maxMessagesPerPull: 1 }).capture()).rejects.toMatchObject({
    code: 'CAPTURE_SUPERSEDED',
    retryable: true,
  });
  await state.resync;
  const capture = rig.capture({ tables: [withMemo] });
  expect(await capture.status()).toMatchObject({ gaps: [] });
  expect(await capture.capture()).toMatchObject({ caughtUp: true });
  await expectArchiveIsSource(rig, withMemo);
});

test('what went wrong is told although the control store is away', async () => {
  await using rig = await readyRig();
  await rig.shop.pool.query('insert into orders values (1000, 1)');
  const store = {
    ...rig.store,
    put: async () => {
      await rig.control.raw('alter table ingest.chain rename to away');
      throw new Error('the archive is full');
    },
  };
  await expect(rig.capture({ store }).capture()).rejects.toThrow('the archive is full');
});

test('a dry run writes nothing, whatever it finds', async () => {
  await using rig = await openRig(
    `create table events (id int primary key, what text) partition by range (id);
     create table events_1 partition of events for values from (0) to (100);`,
    [{ table: 'events', key: ['id'], columns: ['id', 'what'] }],
  );
  await rig.capture().setup();
  await rig.shop.pool.query(`
    create table events_2 partition of events for values from (100) to (200);
    alter table events detach partition events_1;`);
  const before = await controlContents(rig);
  expect((await rig.capture().resync({ dryRun: true })).reasons).not.toEqual([]);
  expect(await controlContents(rig)).toEqual(before);
});

describe('the control store is lost and made again from the archive', () => {
  async function loseControl(rig: Rig): Promise<void> {
    for (const name of ['ingest', 'ingest_postgres']) await rig.control.raw('drop schema ?? cascade', [name]);
    const { warehouse } = await openTransforms();
    const spoolDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-spool-'));
    const parts = { parquet: duckdbParquetEngine(), clock: systemClock, onProgress: ignoreProgress };
    try {
      await rebuildFromArchive({ ...parts, store: rig.store, spoolDir, control: rig.control, warehouse });
    } finally {
      await warehouse.close();
      await rm(spoolDir, { recursive: true, force: true });
    }
  }

  test.each(['resync', 'setup'] as const)('%s begins anew at the chain’s end', async (verb) => {
    await using rig = await readyRig();
    await rig.shop.pool.query('insert into orders values (500, 5)');
    await rig.capture().capture();
    await rig.shop.pool.query('delete from orders where id < 20; insert into orders values (501, 5)');
    await loseControl(rig);
    await expect(rig.capture().capture()).rejects.toMatchObject({ code: 'CAPTURE_STATE_LOST' });
    expect((await rig.capture().status()).level).toBe('page');
    const plan = await rig.capture().resync({ dryRun: true });
    expect(plan).toMatchObject({ tables: ['orders'], reasons: [expect.stringContaining('STATE_LOST')] });
    await expect(rig.capture({ slotName: 'another' }).begin()).rejects.toMatchObject({
      code: 'CAPTURE_STATE_LOST',
    });
    await rig.capture()[verb]();
    await rig.shop.pool.query('insert into orders values (502, 5)');
    expect(await rig.capture().capture()).toMatchObject({ changes: 1, caughtUp: true });
    await expectArchiveIsSource(rig);
    expect(await rig.capture().status()).toMatchObject({ gaps: [], snapshots: [], isSetUp: true });
  });

  test('another cluster, and a slot that the archive does not explain, are refused', async () => {
    await using rig = await readyRig();
    await loseControl(rig);
    await rig.shop.pool.query('insert into orders values (500, 5)');
    await rig.shop.pool.query('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [rig.slot]);
    await expect(rig.capture().resync()).rejects.toMatchObject({ code: 'CAPTURE_SLOT_FOREIGN' });
    const store = {
      ...rig.store,
      get: async (key: string) => {
        const text = (await rig.store.get(key))?.toString();
        return text && Buffer.from(text.replace(/("systemIdentifier": ")\d+/, '$17'));
      },
    } as typeof rig.store;
    await expect(rig.capture({ store }).resync()).rejects.toMatchObject({ code: 'CAPTURE_OTHER_CLUSTER' });
    expect(
      (await rig.shop.pool.query('select from pg_replication_slots where slot_name = $1', [rig.slot]))
        .rowCount,
    ).toBe(1);
  });
});
