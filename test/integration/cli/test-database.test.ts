import { expect, inject, test } from 'vitest';
import { Client } from 'pg';
import { createTestDatabase } from '../../support/postgres.ts';

test('gives an empty database with logical decoding and takes its slots away with it', async () => {
  const { name, url } = await (async () => {
    await using db = await createTestDatabase();
    await db.pool.query(`select pg_create_logical_replication_slot('left_${db.name}', 'pgoutput')`);
    const level = await db.pool.query('show wal_level');
    expect(level.rows[0].wal_level).toBe('logical');
    return db;
  })();
  expect(url).toContain(name);
  const admin = new Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  const left = await admin.query('select 1 from pg_replication_slots where slot_name = $1', [`left_${name}`]);
  const still = await admin.query('select 1 from pg_database where datname = $1', [name]);
  await admin.end();
  expect([left.rowCount, still.rowCount]).toEqual([0, 0]);
});
