import knexModule from 'knex';
import type { Knex } from 'knex';
import { messageOf } from './errors.ts';
import { silentLogger } from './logger.ts';
import type { Logger } from './logger.ts';

/** One numbered, forward-only change of a schema. Numbers ascend without gaps; a landed one is never edited. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** Opens the control store (PostgreSQL only). Times are read and written in UTC; bigint comes back as string. */
export function openControlStore(url: string, logger: Logger = silentLogger): Knex {
  return knexModule.default({
    client: 'pg',
    connection: url,
    pool: { min: 0, max: 10 },
    log: knexLog(logger),
  });
}

/** What knex says by itself, such as of connections that were lost, which it would print. */
function knexLog(logger: Logger): NonNullable<Knex.Config['log']> {
  const told =
    (level: 'debug' | 'warn' | 'error') =>
    (said: unknown): void => {
      const message = typeof said === 'string' ? said : messageOf(said);
      // The first line: what follows is where in the driver it was noticed.
      logger[level](`control store: ${message.split('\n')[0]}`);
    };
  return { debug: told('debug'), warn: told('warn'), error: told('error'), deprecate: told('debug') };
}

/**
 * Brings one schema of the control store up to date. Safe with several processes at once: an advisory lock
 * serialises them, and each migration commits together with the row that records it.
 */
export async function migrate(db: Knex, schema: string, migrations: readonly Migration[]): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(hashtext(?))', [`shopwave.migrate.${schema}`]);
    await trx.raw('create schema if not exists ??', [schema]);
    await trx.raw(
      'create table if not exists ??.migration (id int primary key, name text not null, applied_at timestamptz not null default now())',
      [schema],
    );
    const rows: Array<{ id: number }> = await trx.withSchema(schema).from('migration').select('id');
    const applied = new Set(rows.map((row) => row.id));
    for (const migration of migrations.filter((each) => !applied.has(each.id))) {
      await trx.raw(`set local search_path to ${schema}, public`);
      await trx.raw(migration.sql.replaceAll('?', '\\?'));
      await trx.withSchema(schema).into('migration').insert({ id: migration.id, name: migration.name });
    }
  });
}

/** Migrations that a schema of the control store still lacks; changes nothing. */
export async function pendingMigrations(
  db: Knex,
  schema: string,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const found: { rows: { at: string | null }[] } = await db.raw('select to_regclass(?) as at', [
    `${schema}.migration`,
  ]);
  if (found.rows[0]?.at == null) return migrations;
  const rows: Array<{ id: number }> = await db.withSchema(schema).from('migration').select('id');
  const applied = new Set(rows.map((row) => row.id));
  return migrations.filter((each) => !applied.has(each.id));
}
