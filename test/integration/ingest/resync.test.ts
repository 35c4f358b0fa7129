import { describe, expect, test } from 'vitest';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';
import { fold, readAllManifests, readLines, readSource } from './archive.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const schema = `
  create table orders (id int primary key, total numeric, card text, memo text default 'm');
  create table notes (id int primary key, body text);
  create table events (id int primary key, what text);
  insert into orders select i, i, '4242' from generate_series(1, 200) i;
  insert into notes values (1, 'a'), (2, 'b'); insert into events values (1, 'x');`;
const orders: CapturedTable = { table: 'orders', key: ['id'], columns: ['id', 'total'] };
const notes: CapturedTable = { table: 'notes', key: ['id'], columns: ['id', 'body'] };
const events: CapturedTable = { table: 'events', key: ['id'], columns: ['id', 'what'] };
const tables = [orders, notes];

async function readyRig(): Promise<Rig> {
  const rig = await openRig(schema, tables);
  await rig.capture().setup();
  return rig;
}

async function expectArchiveIsSource(rig: Rig, wanted: readonly CapturedTable[] = tables): Promise<void> {
  const manifests = await readAllManifests(rig.store);
  for (const table of wanted) {
    expect(fold(await readLines(rig.store, manifests, table.table), table.key)).toEqual(
      await readSource(rig.shop, table),
    );
  }
}

/** Changes that nothing captures: rows that are there, others that are gone, one under another key. */
async function changeUnseen(rig: Rig): Promise<void> {
  await rig.shop.pool.query(`
    insert into orders values (500, 5, null) on conflict do nothing; delete from orders where id between 10 and 20;
    update orders set total = -1 where id = 1; update notes set id = 3 where id = 2;`);
}

const slotIs = (rig: Rig, name: string): string => `select ${name}('${rig.slot}')`;

describe('a broken stream is mended by one command', () => {
  const breaks: ReadonlyArray<readonly [string, (rig: Rig) => Promise<unknown>, string]> = [
    [
      'slot dropped',
      (rig) => rig.shop.pool.query(slotIs(rig, 'pg_drop_replication_slot')),
      'CAPTURE_SLOT_MISSING',
    ],
    [
      'slot moved by somebody',
      async (rig) => {
        await changeUnseen(rig);
        await rig.shop.pool.query('select pg_replication_slot_advance($1, pg_current_wal_lsn())', [rig.slot]);
      },
      'CAPTURE_SLOT_AHEAD',
    ],
    [
      'publication dropped',
      (rig) => rig.shop.pool.query(`drop publication ${rig.slot}`),
      'CAPTURE_PUBLICATION_MISSING',
    ],
    [
      'a whole schema published',
      (rig) =>
        rig.shop.pool.query(`drop publication ${rig.slot}; create publication ${rig.slot} for all tables`),
      'CAPTURE_PUBLICATION_CHANGED',
    ],
    [
      'a table out of the publication and in again',
      async (rig) => {
        await rig.shop.pool.query(`alter publication ${rig.slot} drop table orders`);
        await rig.shop.pool.query('delete from orders where id > 190');
        await rig.shop.pool.query(`alter publication ${rig.slot} add table only orders (id, total)`);
      },
      'CAPTURE_PUBLICATION_CHANGED',
    ],
    [
      'deletes left out for a while',
      async (rig) => {
        await rig.shop.pool.query(`alter publication ${rig.slot} set (publish = 'insert, update')`);
        await rig
          .capture()
          .capture()
          .catch(() => {});
        await rig.shop.pool.query('delete from orders where id > 190');
        await rig.shop.pool.query(
          `alter publication ${rig.slot} set (publish = 'insert, update, delete, truncate')`,
        );
      },
      'CAPTURE_GAP_OPEN',
    ],
    [
      'a row of the canary that does not come',
      (rig) =>
        rig.shop.pool.query(`
          create function lose() returns trigger language plpgsql as $$ begin new.slot := 'x'; return new; end $$;
          create trigger lose before insert or update on shopwave_heartbeat for each row execute function lose()`),
      'CAPTURE_CANARY_LOST',
    ],
  ];

  test.each(breaks)('%s', async (_, breakIt, code) => {
    await using rig = await readyRig();
    await rig.shop.pool.query('insert into orders values (400, 4, null)');
    await rig.capture().capture();
    await breakIt(rig);
    await expect(rig.capture().capture()).rejects.toMatchObject({ code, retryable: false });
    await changeUnseen(rig);
    await rig.shop.pool.query('drop trigger if exists lose on shopwave_heartbeat');
    expect((await rig.capture().status()).level).toBe('page');
    const planned = await rig.capture().resync({ dryRun: true });
    await expect(rig.capture().capture()).rejects.toMatchObject({ retryable: false });
    const done = await rig.capture().resync();
    expect(done).toMatchObject({ reasons: planned.reasons, tables: planned.tables });
    expect(done.tables).toContain('orders');
    await rig.shop.pool.query('insert into orders values (600, 6, null); delete from orders where id = 5');
    expect(await rig.capture().capture()).toMatchObject({ caughtUp: true });
    await expectArchiveIsSource(rig);
    expect(await rig.capture().status()).toMatchObject({ gaps: [], snapshots: [], isSetUp: true });
    expect(await rig.capture().resync()).toMatchObject({ reasons: [], tables: [], rows: 0 });
  });

  test('killed at each step of it, it is run again, and nothing is lost in between', async () => {
    await using rig = await readyRig();
    await rig.shop.pool.query(slotIs(rig, 'pg_drop_replication_slot'));
    await changeUnseen(rig);
    for (const after of [0, 1, 2, 3]) {
      let puts = 0;
      const dying = {
        ...rig.store,
        put: (key: string, body: string | Uint8Array) => {
          if (puts === after) throw new Error('the process ended here');
          puts += 1;
          return rig.store.put(key, body);
        },
      };
      await rig
        .capture({ store: dying })
        .resync()
        .catch(() => {});
      // Whatever was left: capture either refuses or what it lands is whole in the end.
      await rig
        .capture()
        .capture()
        .catch((error: unknown) => expect(error).toMatchObject({ retryable: false }));
      await rig.shop.pool.query(`update orders set total = total + 1 where id > 100`);
    }
    await rig.capture().resync();
    await rig.capture().capture();
    await expectArchiveIsSource(rig);
  });
});

describe('tables read anew beside the running shop', () => {
  test('one table that was asked for, while the shop and capture go on', async () => {
    await using rig = await readyRig();
    // What only the mark of a snapshot can take away: a row that never was in the shop.
    const before = await readAllManifests(rig.store);
    const capture = rig.capture({ chunkBytes: 600, snapshotReaders: 2, rowsPerRange: 60 });
    const state = { isOver: false };
    const shop = (async () => {
      for (let round = 0; !state.isOver; round += 1) {
        await rig.shop.pool.query('update orders set id = 5000 + $2 where id = $1', [
          1 + (round % 200),
          round,
        ]);
        await rig.shop.pool.query('delete from orders where id = $1', [(round * 7) % 200]);
        await rig.shop.pool.query('insert into orders values ($1, 1, null) on conflict do nothing', [
          (round * 3) % 300,
        ]);
      }
    })();
    const done = await Promise.all([capture.resync({ tables: ['orders'] }), capture.capture()]);
    state.isOver = true;
    await shop;
    expect(done[0].tables).toEqual(['orders']);
    await rig.capture().capture();
    await expectArchiveIsSource(rig);
    const after = await readAllManifests(rig.store);
    expect(after.filter((each) => each.chain !== undefined)).toHaveLength(
      before.filter((each) => each.chain !== undefined).length + 1,
    );
    await expect(capture.resync({ tables: ['secrets'] })).rejects.toMatchObject({
      code: 'CAPTURE_TABLE_MISSING',
    });
  });

  test('a new table, a new column and one taken off the allow-list', async () => {
    await using rig = await readyRig();
    await rig.shop.pool.query(
      `insert into orders values (300, 3, '4242'); insert into notes values (9, 'z')`,
    );
    // Not captured yet: the stream will show these changes with the old columns, and the table that goes.
    const widened: readonly CapturedTable[] = [{ ...orders, columns: ['id', 'memo'] }, events];
    await expect(rig.capture({ tables: widened }).capture()).rejects.toMatchObject({
      code: 'CAPTURE_TABLES_CHANGED',
    });
    const capture = rig.capture({ tables: widened });
    const planned = await capture.resync({ dryRun: true });
    expect(planned.statements.join()).toMatch(/alter publication .* set table/s);
    expect(await capture.resync()).toMatchObject({ tables: ['orders', 'events'] });
    await rig.shop.pool.query(`
      update orders set memo = 'n' where id < 5; insert into events values (2, 'y'); insert into notes values (10, 'q')`);
    expect(await capture.capture()).toMatchObject({ caughtUp: true });
    await expectArchiveIsSource(rig, widened);
    const manifests = await readAllManifests(rig.store);
    expect((await readLines(rig.store, manifests, 'notes')).map((line) => line.data['id'])).not.toContain(
      '9',
    );
    // The old shape is no longer let through.
    await rig.shop.pool
      .query(`alter publication ${rig.slot} set table only orders (id, memo, total), only events (id, what),
      only shopwave_heartbeat (slot, beat, beaten_at)`);
    await expect(capture.capture()).rejects.toMatchObject({ code: 'CAPTURE_PUBLICATION_CHANGED' });
  });
});
