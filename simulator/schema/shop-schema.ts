import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { simulatorErrors } from '../errors.ts';

const schemaFile = new URL('shop.sql', import.meta.url);
const simulatorFile = new URL('simulator.sql', import.meta.url);

/**
 * Creates the shop's tables in schema public unless they are there. Call it in a transaction: a lock makes
 * several callers take turns. True if it created them.
 */
export async function ensureShopSchema(client: pg.Client): Promise<boolean> {
  await client.query("select pg_advisory_xact_lock(hashtext('shopwave.shop-schema'))");
  const ddl = await readFile(schemaFile, 'utf8');
  const tables = tablesIn(ddl);
  const found = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and relname = any($1)`,
    [tables],
  );
  if (found.rows.length === tables.length) return false;
  if (found.rows.length > 0) {
    const present = new Set(found.rows.map((row) => row.name));
    const missing = tables.filter((table) => !present.has(table));
    throw simulatorErrors.error('SHOP_SCHEMA_MISMATCH', {
      message: `tables ${[...present].join(', ')} exist, but not ${missing.join(', ')}`,
      where: 'schema public',
    });
  }
  await client.query(ddl);
  return true;
}

function tablesIn(ddl: string): readonly string[] {
  return [...ddl.matchAll(/^create table (\w+)/gm)].map((match) => match[1] ?? '');
}

/** Creates the simulator's own tables unless they are there. Call it in a transaction. */
export async function ensureSimulatorSchema(client: pg.Client): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('shopwave.shop-schema'))");
  await client.query(await readFile(simulatorFile, 'utf8'));
}

interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/**
 * Takes the shop's foreign keys off for a bulk load in this transaction; call the result to put them back, which
 * checks each with one join. Row by row the checks took longer than the load itself (1.2 million of them).
 */
export async function suspendForeignKeys(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<ForeignKey>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name,
            pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and conrelid = any($1::regclass[]) order by oid`,
    [tablesIn(await readFile(schemaFile, 'utf8'))],
  );
  for (const { table, name } of rows) await client.query(`alter table ${table} drop constraint ${name}`);
  return async () => {
    for (const { table, name, definition } of rows) {
      await client.query(`alter table ${table} add constraint ${name} ${definition}`);
    }
  };
}
