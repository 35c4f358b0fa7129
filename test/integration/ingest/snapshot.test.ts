import { describe, expect, test } from 'vitest';
import { createGunzip } from 'node:zlib';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import type { ProgressEvent } from '../../../lib/progress.ts';
import { fold, readAllManifests, readChainOfManifests, readLines, readSource } from './archive.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

async function expectArchiveIsSource(rig: Rig, tables: readonly CapturedTable[]): Promise<void> {
  const manifests = await readAllManifests(rig.store);
  for (const table of tables) {
    const source = await readSource(rig.shop, table);
    expect(source.size, table.table).toBeGreaterThan(0);
    expect(fold(await readLines(rig.store, manifests, table.table), table.key), table.table).toEqual(source);
  }
}

/** A store that lets a test act once so many files are published. */
function afterFiles(store: ObjectStore, count: number, act: () => Promise<void>): ObjectStore {
  let published = 0;
  return {
    ...store,
    stage: async () => {
      const staged = await store.stage();
      return {
        ...staged,
        publish: async (key) => {
          const outcome = await staged.publish(key);
          if (key.startsWith('data/')) published += 1;
          if (published === count && key.startsWith('data/')) await act();
          return outcome;
        },
      };
    },
  };
}

const items: CapturedTable = { table: 'items', key: ['id'], columns: ['id', 'n', 'body'] };
const itemsSql = `
  create table items (id int primary key, n int, body text);
  alter table items alter body set storage external;
  insert into items select i, i, repeat(chr(97 + i % 26), 3000) from generate_series(1, 200) i;`;
const smallChunks = { chunkBytes: 60_000, snapshotReaders: 1 };

describe('snapshot', () => {
  test('goes on after the chunk at which it was killed, and the log is captured meanwhile', async () => {
    await using rig = await openRig(itemsSql, [items]);
    const store = afterFiles(rig.store, 4, () => Promise.reject(new Error('the process ended here')));
    await expect(rig.capture({ ...smallChunks, store }).setup()).rejects.toThrow('the process ended here');
    await rig.shop.pool.query('update items set n = -1 where id % 2 = 0');
    // The slot is there, so that nothing piles up behind the snapshot.
    expect(await rig.capture().capture()).toMatchObject({ changes: 100, caughtUp: true });
    const kept = await rig.control.raw('select files from ingest_postgres.snapshot_chunk order by chunk_no');
    expect(kept.rows).toHaveLength(3);
    const [progress] = (await rig.capture().status()).snapshots;
    expect(progress).toMatchObject({ table: 'items', isLanded: false, estimatedRows: 200 });
    const events: ProgressEvent[] = [];
    const again = rig.capture({ ...smallChunks, onProgress: (event) => events.push(event) });
    expect(await again.setup()).toMatchObject({ snapshot: 'resumed', rows: 200 });
    expect(events[0]).toMatchObject({ done: progress?.rows, total: 200 });
    const [manifest] = await readChainOfManifests(rig.store, 'shop_snapshots');
    const firstFiles = (kept.rows as Array<{ files: unknown[] }>).flatMap((row) => row.files);
    expect(manifest?.files.slice(0, 3)).toEqual(firstFiles);
    expect(manifest?.files.length).toBeGreaterThan(5);
    expect(await again.setup()).toMatchObject({ snapshot: 'present', rows: 0 });
    await rig.capture().capture();
    await expectArchiveIsSource(rig, [items]);
  });

  test('a signal ends it between two chunks', async () => {
    await using rig = await openRig(itemsSql, [items]);
    const controller = new AbortController();
    const store = afterFiles(rig.store, 2, () => Promise.resolve(controller.abort()));
    await rig.capture().begin();
    const cut = rig.capture({ ...smallChunks, store });
    expect(await cut.snapshot(controller.signal)).toMatchObject({ isFinished: false, tables: [] });
    expect(await rig.capture().snapshot()).toMatchObject({ isFinished: true, tables: ['items'], rows: 200 });
    await expectArchiveIsSource(rig, [items]);
  });

  test('a row that moves behind the reader without its large value: the value is read again', async () => {
    await using rig = await openRig(itemsSql, [items]);
    let moves = 0;
    const store = afterFiles(rig.store, 2, async () => {
      moves += 1;
      // Not read yet under its old key, passed already under the new one; the log brings neither large value.
      await rig.shop.pool.query('update items set id = 0 where id = 190');
      await rig.shop.pool.query('update items set id = -5 where id = 191');
      await rig.shop.pool.query('update items set id = 500 where id = 20');
    });
    await rig.capture({ ...smallChunks, store }).setup();
    expect(moves).toBe(1);
    // Beyond what the snapshot was followed by: only who looks for the first row in vain still looks for this one.
    await rig.shop.pool.query(`insert into items values (900, 9, 'between')`);
    await rig.shop.pool.query('update items set id = -6, n = 7 where id = -5');
    // In pulls of one transaction, the first row that is looked for has moved on already.
    await rig.capture({ maxMessagesPerPull: 1 }).capture();
    await expectArchiveIsSource(rig, [items]);
    const lines = await readLines(rig.store, await readChainOfManifests(rig.store), 'items');
    expect(lines.some((line) => line.op === 'c' && line.unchanged?.includes('body') === true)).toBe(true);
  });

  test('keys of any type and collation, in ranges side by side, with a shop that writes', async () => {
    const tables: readonly CapturedTable[] = [
      { table: 'words', key: ['tag', 'word'], columns: ['word', 'tag', 'n'] },
      { table: 'sizes', key: ['size'], columns: ['size', 'n'] },
      { table: 'codes', key: ['code'], columns: ['code', 'n'] },
      { table: 'times', key: ['at', 'kind'], columns: ['at', 'kind', 'n'] },
    ];
    await using rig = await openRig(
      `create type kind as enum ('late', 'early');
       create domain code as char(8);
       create table words (n int, word text collate "C", tag text, primary key (word, tag));
       insert into words select i, case i % 7 when 0 then E'back\\\\slash' when 1 then 'it''s' when 2 then ' ü 😀'
         when 3 then E'tab\\tand\\nline' when 4 then 'UPPER' when 5 then 'upper' else '' end || i, (i % 5)::text
         from generate_series(1, 700) i;
       create table sizes (size numeric, n int, id int not null unique);
       insert into sizes select i::numeric / 7, i, i from generate_series(1, 500) i;
       insert into sizes values ('NaN', 0, -1), ('Infinity', 0, -2), ('-Infinity', 0, -3);
       alter table sizes alter size set not null; create unique index by_size on sizes (size);
       alter table sizes replica identity using index by_size;
       create table codes (code code primary key, n int);
       insert into codes select 'c' || i, i from generate_series(1, 400) i;
       create table times (at timestamptz, kind kind, n int, primary key (at, kind));
       insert into times select '0044-03-15 12:00:00 BC'::timestamptz + i * interval '7 days 00:00:00.000001', k, i
         from generate_series(1, 200) i, unnest(enum_range(null::kind)) k;
       insert into times values ('infinity', 'late', 0), ('-infinity', 'early', 0);`,
      tables,
    );
    const state = { isOver: false };
    const shop = (async () => {
      for (let round = 0; !state.isOver; round += 1) {
        await rig.shop.pool.query(`update words set word = 'moved' || $1::int where n = $2`, [
          round,
          (round * 13) % 700,
        ]);
        await rig.shop.pool.query('delete from sizes where n = $1', [(round * 17) % 450]);
        await rig.shop.pool.query('update codes set n = n + 1 where n % 40 = $1', [round % 40]);
      }
    })();
    await rig.capture({ chunkBytes: 3_000, rowsPerRange: 100, snapshotReaders: 3 }).setup();
    state.isOver = true;
    await shop;
    await rig.capture().capture();
    await expectArchiveIsSource(rig, tables);
    const ranges = await rig.control.raw(
      'select count(distinct (table_name, range_no)) as n from ingest_postgres.snapshot_chunk',
    );
    expect(Number((ranges.rows as Array<{ n: string }>)[0]?.n)).toBeGreaterThan(8);
  });

  test('partitioned tables, by their root and by their partitions', async () => {
    const schema = `
      create table root (id int, day date, v text, primary key (id, day)) partition by range (day);
      create table root_old partition of root for values from (minvalue) to ('2024-01-01');
      create table root_new (v text, dropped int, day date not null, id int not null);
      alter table root_new drop column dropped;
      alter table root attach partition root_new for values from ('2024-01-01') to (maxvalue);
      insert into root select i, date '2023-12-01' + i, 'v' || i from generate_series(1, 60) i;`;
    const change = async (rig: Rig): Promise<void> => {
      await rig.capture({ chunkBytes: 500 }).setup();
      await rig.shop.pool.query(`
        update root set v = 'u' where id % 3 = 0; delete from root where id % 7 = 0;
        update root set day = day + 40 where id < 10; insert into root values (99, '2024-06-01', null);`);
      await rig.capture().capture();
    };
    const byRoot: readonly CapturedTable[] = [
      { table: 'root', key: ['id', 'day'], columns: ['id', 'day', 'v'] },
    ];
    await using rooted = await openRig(schema, byRoot);
    await change(rooted);
    await expectArchiveIsSource(rooted, byRoot);
    const byLeaf = ['root_old', 'root_new'].map((table) => ({
      table,
      key: ['id', 'day'],
      columns: ['id', 'day', 'v'],
    }));
    await using leafed = await openRig(schema, byLeaf);
    await change(leafed);
    await expectArchiveIsSource(leafed, byLeaf);
    await leafed.shop.pool.query('alter table root_new replica identity full');
    await expect(leafed.capture().capture()).rejects.toMatchObject({ code: 'CAPTURE_REPLICA_IDENTITY' });
    // One that is made empty is what such a table lives by; one that comes or goes with rows leaves no trace in the log.
    await rooted.shop.pool.query(`
      alter table root detach partition root_new; delete from root_new where id > 50;
      alter table root attach partition root_new for values from ('2024-01-01') to ('3000-01-01')`);
    await expect(rooted.capture().capture()).rejects.toMatchObject({ code: 'CAPTURE_PARTITIONS_CHANGED' });
    const slot = 'select confirmed_flush_lsn::text from pg_replication_slots where slot_name = $1';
    const before = await rooted.shop.pool.query(slot, [rooted.slot]);
    expect(await rooted.capture().resync()).toMatchObject({ tables: ['root'] });
    expect((await rooted.shop.pool.query(slot, [rooted.slot])).rows).toEqual(before.rows);
    await rooted.shop.pool.query(`
      create table root_far partition of root for values from ('3000-01-01') to (maxvalue);
      insert into root values (7, '3001-01-01', 'far')`);
    expect(await rooted.capture().capture()).toMatchObject({ changes: 1 });
    await expectArchiveIsSource(rooted, byRoot);
    await rooted.shop.pool.query('alter table root detach partition root_old');
    await expect(rooted.capture().capture()).rejects.toMatchObject({ code: 'CAPTURE_PARTITIONS_CHANGED' });
    await rooted.capture().resync();
    await rooted.capture().capture();
    await expectArchiveIsSource(rooted, byRoot);
    await rooted.shop.pool.query('alter table root_new replica identity full');
    await expect(rooted.capture().capture()).rejects.toMatchObject({ code: 'CAPTURE_REPLICA_IDENTITY' });
  });
});

describe('large things', () => {
  test('values too large for a row are kept in pieces, named, and the rest goes on', async () => {
    await using rig = await openRig(
      `${itemsSql} insert into items values (300, 1, repeat(E'a\\\\\\n€', 7000000))`,
      [items],
    );
    await rig.capture().setup();
    await rig.shop.pool.query(
      `insert into items values (301, 1, repeat(E'b\\\\\\n€', 7000000)), (302, 2, 'small')`,
    );
    await rig.shop.pool.query('update items set n = 3 where id = 301');
    expect(await rig.capture().capture()).toMatchObject({ changes: 4, caughtUp: true });
    const manifests = await readAllManifests(rig.store);
    const rows = fold(await readLines(rig.store, manifests, 'items'), items.key);
    expect(rows.get('["300"]')).toEqual({ id: '300', n: '1', body: null });
    expect(rows.get('["301"]')).toEqual({ id: '301', n: '3', body: null });
    expect(rows.get('["302"]')).toEqual({ id: '302', n: '2', body: 'small' });
    const quarantined = await readLines(rig.store, manifests, '_quarantine');
    for (const [index, letter] of ['a', 'b'].entries()) {
      const { data } = quarantined[index] ?? {};
      expect(data).toMatchObject({
        table: 'items',
        key: `["30${index}"]`,
        column: 'body',
        reason: 'oversize',
        bytes: '42000000',
      });
      const object = await rig.store.get(String(data?.['object']));
      expect(object?.equals(Buffer.from(`${letter}\\\n€`.repeat(7_000_000)))).toBe(true);
    }
  });

  test('a transaction of 300,000 rows takes no more memory than one of a few', async () => {
    await using rig = await openRig('create table items (id int primary key, n int, body text)', [items]);
    await rig.capture().setup();
    await rig.shop.pool.query(
      `insert into items select i, i, repeat(md5(i::text), 8) from generate_series(1, 300000) i`,
    );
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const before = process.memoryUsage().rss;
    const result = await rig.capture({ maxMessagesPerPull: 1000 }).capture();
    clearInterval(watch);
    expect(result).toMatchObject({ batches: 1, changes: 300_000, caughtUp: true });
    // 85 MB of rows went through.
    expect((peak - before) / 1_048_576).toBeLessThan(120);
    const [, batch] = await readChainOfManifests(rig.store);
    const [file] = batch?.files ?? [];
    let lines = 0;
    for await (const chunk of (await rig.store.read(file?.key ?? '')).pipe(
      createGunzip(),
    ) as AsyncIterable<Buffer>)
      for (const byte of chunk) if (byte === 10) lines += 1;
    expect(lines).toBe(300_000);
  });
});
