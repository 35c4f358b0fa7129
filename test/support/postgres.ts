import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';
import { inject } from 'vitest';
import './postgres-global-setup.ts';

/** An empty database of its own on the run's server. `await using db = await createTestDatabase()`. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Up to 10 connections to it, closed on dispose. */
  readonly pool: Pool;
  /** Ends every session in the database, then drops its replication slots and the database itself. */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Creates a database with a unique name. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, (admin) => admin.query(`create database ${name}`));
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const pool = new Pool({ connectionString: url });
  // A dropped database ends idle connections; without a listener that would end the test process.
  pool.on('error', () => {});
  return {
    url,
    name,
    pool,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await asAdmin(adminUrl, (admin) => drop(admin, name));
    },
  };
}

async function asAdmin<T>(url: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function drop(admin: Client, name: string): Promise<void> {
  await admin.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [
    name,
  ]);
  await admin.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1',
    [name],
  );
  await admin.query(`drop database ${name} with (force)`);
}
