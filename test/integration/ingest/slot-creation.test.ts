import type { PoolClient } from 'pg';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import type { ObjectStore } from '../../../ingest/landing/object-store.ts';
import { fold, readAllManifests, readLines, readSource } from './archive.ts';
import { openRig } from './rig.ts';
import type { Rig } from './rig.ts';

const tables = ['large', 'medium', 'small'].map((table) => ({ table, key: ['id'], columns: ['id', 'body'] }));
const schema = `
  create table large (id int primary key, body text); create table medium (like large including all);
  create table small (like large including all); create table other (id int primary key);
  insert into large select i, repeat('x', 100) from generate_series(1, 5000) i;
  insert into medium select i, repeat('y', 100) from generate_series(1, 3000) i;
  insert into small values (1, 'one');`;

async function backend(client: PoolClient): Promise<number> {
  const rows = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows.rows[0]?.pid ?? 0;
}

/** Resolves once the connection that makes the slot waits for a transaction of `pid`. */
async function slotWaitsFor(rig: Rig, pid: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const waiting = await rig.shop.pool.query(
          `select from pg_stat_activity where datname = current_database() and backend_type = 'walsender'
             and $1 = any (pg_blocking_pids(pid))`,
          [pid],
        );
        return waiting.rowCount;
      },
      { interval: 10, timeout: 20_000 },
    )
    .toBe(1);
}

async function expectArchiveIsSource(rig: Rig): Promise<void> {
  const manifests = await readAllManifests(rig.store);
  for (const table of tables) {
    expect(fold(await readLines(rig.store, manifests, table.table), table.key)).toEqual(
      await readSource(rig.shop, table),
    );
  }
}

describe('while the shop goes on', () => {
  test('a TRUNCATE that commits while the slot is made: the slot is made again, and can be read', async () => {
    await using rig = await openRig(schema, tables);
    // Making a slot waits for the transactions open at its beginning, then for those that began meanwhile.
    const early = await rig.shop.pool.connect();
    const truncating = await rig.shop.pool.connect();
    const writing = await rig.shop.pool.connect();
    const said: string[] = [];
    const logger = { ...silentLogger, info: (message: string) => void said.push(message) };
    let isOver = false;
    try {
      await early.query('begin; insert into other values (1)');
      const setup = rig.capture({ logger }).setup();
      const over = setup.finally(() => (isOver = true));
      await slotWaitsFor(rig, await backend(early));
      await truncating.query('begin; truncate small');
      await early.query('commit');
      await slotWaitsFor(rig, await backend(truncating));
      // Begins before the TRUNCATE is committed, and writes into the new storage after it.
      await writing.query('begin; insert into other values (2)');
      await truncating.query('commit');
      await writing.query(`insert into small values (3, 'three')`);
      await expect.poll(() => isOver || said.length > 0, { interval: 10, timeout: 20_000 }).toBe(true);
      await writing.query('commit');
      expect(await setup).toMatchObject({ snapshot: 'taken' });
      await over;
    } finally {
      for (const client of [early, truncating, writing]) client.release();
    }
    await rig.shop.pool.query(`insert into small values (4, 'four'); delete from large where id > 10`);
    expect(await rig.capture().capture()).toMatchObject({ changes: 4991, caughtUp: true });
    await expectArchiveIsSource(rig);
    expect(said).toContainEqual(expect.stringContaining('made again'));
  });

  test('the snapshot locks no table but those it is reading', async () => {
    await using rig = await openRig(schema, tables);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    let waiting = 0;
    const store: ObjectStore = {
      ...rig.store,
      stage: async () => {
        waiting += 1;
        await gate;
        return await rig.store.stage();
      },
    };
    const setup = rig.capture({ store }).setup();
    // The sizes are known, and the readers are held up in the two larger tables.
    await expect.poll(() => waiting, { interval: 10, timeout: 20_000 }).toBeGreaterThan(0);
    await rig.shop.pool.query(`set lock_timeout = '5s'; truncate small; insert into small values (2, 'two')`);
    open();
    await setup;
    await rig.capture().capture();
    await expectArchiveIsSource(rig);
  });
});
