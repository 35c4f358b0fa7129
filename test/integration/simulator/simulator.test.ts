import { expect, test } from 'vitest';
import type { Pool } from 'pg';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import { ignoreProgress } from '../../../lib/progress.ts';
import { createSimulator } from '../../../simulator/simulator.ts';
import type { Simulator, SimulatorOptions } from '../../../simulator/simulator.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { contradictions, currentPosition, truthByDefinition } from './shop-truth.ts';

function simulate(url: string, options: Partial<SimulatorOptions> = {}): Simulator {
  return createSimulator({
    url,
    seed: 7,
    backlogLines: 1500,
    ordersPerSecond: 60,
    clock: systemClock,
    logger: silentLogger,
    onProgress: ignoreProgress,
    ...options,
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(20);
}

test('truth equals the definitions over the tables, now and as of an earlier position, while writers compete', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url);
  await simulator.prepare();
  const atFirst = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(atFirst.position)).toEqual(atFirst.metrics);
  expect(atFirst.metrics['gmv']).toBeGreaterThan(0n);

  simulator.start();
  await until(() => simulator.stats().committed >= 250);
  await simulator.stop();
  const later = await truthByDefinition(db.pool);
  simulator.start();
  await until(() => simulator.stats().committed >= 500);
  // Asked for in the middle of traffic: positions that lie behind are not disturbed by what goes on.
  expect(await simulator.truthAsOf(later.position)).toEqual(later.metrics);
  await simulator.stop();
  const atLast = await truthByDefinition(db.pool);

  expect(await simulator.truthAsOf(atLast.position)).toEqual(atLast.metrics);
  expect(await simulator.truthAsOf(later.position)).toEqual(later.metrics);
  expect(await simulator.truthAsOf(atFirst.position)).toEqual(atFirst.metrics);
  expect(atLast.metrics['gmv']).toBeGreaterThan(later.metrics['gmv'] ?? 0n);
  expect(simulator.stats()).toMatchObject({ failed: 0 });
  expect(simulator.stats().rolledBack).toBeGreaterThan(0);
  expect((await db.pool.query(contradictions)).rows).toEqual([]);
});

test('a kill in the middle of the backlog leaves nothing, and the next start makes it whole', async () => {
  await using db = await createTestDatabase();
  // From a session of its own: the pool's belong to the database that is being set up. The first slice is written and
  // most are still to come, so that the commit cannot be faster than the kill.
  const killed: Promise<unknown>[] = [];
  const interrupted = simulate(db.url, {
    backlogLines: 40_000,
    onProgress: ({ state, done = 0 }) => {
      if (state === 'running' && done > 0 && killed.length === 0) killed.push(killSimulator(db.pool));
    },
  });
  await expect(interrupted.prepare()).rejects.toThrow(/terminat|connection error/i);
  await Promise.all(killed);
  expect(killed).toHaveLength(1);
  const left = await db.pool.query("select from pg_class where relname in ('orders', 'truth')");
  expect(left.rows).toEqual([]);

  const simulator = simulate(db.url);
  await simulator.prepare();
  const { metrics, position } = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(position)).toEqual(metrics);
  const lines = await db.pool.query<{ n: string }>('select count(*) as n from order_lines');
  expect(lines.rows).toEqual([{ n: '1500' }]);
});

test('connections that are killed cost a transaction each; traffic and truth go on', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url, { backlogLines: 300 });
  await simulator.prepare();
  simulator.start();
  for (let round = 1; round <= 4; round += 1) {
    const { committed, failed } = simulator.stats();
    await until(() => simulator.stats().committed >= committed + 25);
    await killSimulator(db.pool);
    await until(() => simulator.stats().failed > failed);
  }
  const { committed } = simulator.stats();
  await until(() => simulator.stats().committed >= committed + 25);
  await simulator.stop();

  const { metrics, position } = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(position)).toEqual(metrics);
  expect((await db.pool.query(contradictions)).rows).toEqual([]);
});

test('another process takes up where one ended, with the same past and fresh keys', async () => {
  await using db = await createTestDatabase();
  const first = simulate(db.url, { backlogLines: 300 });
  await first.prepare();
  first.start();
  await until(() => first.stats().ordersPlaced >= 10);
  await first.stop();
  const before = await truthByDefinition(db.pool);

  const second = simulate(db.url, { backlogLines: 9999, seed: 99 });
  await second.prepare();
  expect(await second.truthAsOf(before.position)).toEqual(before.metrics);
  second.start();
  await until(() => second.stats().ordersPlaced >= 10);
  await second.stop();
  const after = await truthByDefinition(db.pool);
  expect(second.stats().failed).toBe(0);
  expect(await second.truthAsOf(after.position)).toEqual(after.metrics);
  expect(await second.truthAsOf(before.position)).toEqual(before.metrics);
});

test('two processes that prepare one shop at the same time make it once', async () => {
  await using db = await createTestDatabase();
  await Promise.all([simulate(db.url).prepare(), simulate(db.url).prepare()]);
  const lines = await db.pool.query<{ n: string }>('select count(*) as n from order_lines');
  expect(lines.rows).toEqual([{ n: '1500' }]);
});

test('a shop without a backlog has a catalogue, no orders, and takes live traffic', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url, { backlogLines: 0 });
  await simulator.prepare();
  const nothing = {
    gmv: 0n,
    net_revenue: 0n,
    refunds: 0n,
    fulfilled_orders: 0n,
    orders: 0n,
    order_lines: 0n,
  };
  expect(await simulator.truthAsOf(await currentPosition(db.pool))).toEqual(nothing);
  simulator.start();
  await until(() => simulator.stats().ordersPlaced >= 5);
  await simulator.stop();
  const { metrics, position } = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(position)).toEqual(metrics);
  expect(simulator.stats().failed).toBe(0);
});

test('the slot keeps no more of the log than it must', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url, { backlogLines: 0 });
  await simulator.prepare();
  simulator.start();
  await until(() => simulator.stats().ordersPlaced >= 5);
  await simulator.stop();
  await db.pool.query("insert into sellers values (99, 'x', 'US', 0.1, now(), now())");
  const position = await currentPosition(db.pool);
  await simulator.truthAsOf(position);
  const { rows } = await db.pool.query<{ kept: string }>(
    `select confirmed_flush_lsn - ('0/0'::pg_lsn + ('x' || $1)::bit(64)::bigint) as kept
     from pg_replication_slots where database = current_database()`,
    [position],
  );
  expect(rows).toHaveLength(1);
  expect(Number(rows[0]?.kept)).toBeGreaterThanOrEqual(0);
});

test('commits that the slot shows again, as after a crash before it was advanced, do not count twice', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url, { backlogLines: 0 });
  await simulator.prepare();
  const slot = `(select 'simulator_truth_' || oid from pg_database where datname = current_database())`;
  await db.pool.query(`select pg_copy_logical_replication_slot(${slot}, ${slot} || '_kept')`);
  simulator.start();
  await until(() => simulator.stats().ordersPlaced >= 10);
  await simulator.stop();
  const { metrics, position } = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(position)).toEqual(metrics);

  await db.pool.query(`select pg_drop_replication_slot(${slot})`);
  await db.pool.query(`select pg_copy_logical_replication_slot(${slot} || '_kept', ${slot})`);
  expect(await simulator.truthAsOf(position)).toEqual(metrics);
  simulator.start();
  const placed = simulator.stats().ordersPlaced;
  await until(() => simulator.stats().ordersPlaced >= placed + 5);
  await simulator.stop();
  const later = await truthByDefinition(db.pool);
  expect(await simulator.truthAsOf(later.position)).toEqual(later.metrics);
});

test('says so when its slot was dropped, when it was never prepared, and when the shop is not its own', async () => {
  await using db = await createTestDatabase();
  const simulator = simulate(db.url, { backlogLines: 0 });
  await expect(simulator.truthAsOf('0000000000000000')).rejects.toMatchObject({ code: 'TRUTH_NOT_PREPARED' });
  await db.pool.query('create table orders (id int)');
  await expect(simulator.prepare()).rejects.toMatchObject({ code: 'SHOP_SCHEMA_MISMATCH' });
  await db.pool.query('drop table orders');
  await simulator.prepare();
  await expect(simulator.truthAsOf('xyz')).rejects.toMatchObject({ code: 'TRUTH_POSITION_INVALID' });

  simulator.start();
  await until(() => simulator.stats().ordersPlaced >= 1);
  await simulator.stop();
  await db.pool.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = current_database()',
  );
  await expect(simulator.prepare()).rejects.toMatchObject({ code: 'TRUTH_SLOT_LOST' });
  await db.pool.query('drop schema simulator cascade');
  await expect(simulator.prepare()).rejects.toMatchObject({ code: 'SHOP_NOT_EMPTY' });
});

test('card data in the shop is marked, so that a leak can be found', async () => {
  await using db = await createTestDatabase();
  await simulate(db.url, { backlogLines: 300 }).prepare();
  const { rows } = await db.pool.query<{ cards: string; unmarked: string }>(
    `select count(card_fingerprint) as cards,
            count(*) filter (where card_fingerprint not like 'fp_canary_%' or card_last4 !~ '^[0-9]{4}$') as unmarked
     from payments`,
  );
  expect(Number(rows[0]?.cards)).toBeGreaterThan(100);
  expect(rows[0]?.unmarked).toBe('0');
});

/** Ends every session of the simulator, as a crash of its host or a fail-over would. */
async function killSimulator(pool: Pool): Promise<void> {
  await pool.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = current_database() and application_name = 'shopwave simulator'`,
  );
}
