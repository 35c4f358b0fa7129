import { rawColumns } from '../../../warehouse/raw-table.ts';
import { shopTables } from '../../../ingest/postgres/shop-tables.ts';
import { committedAt, hexPosition, ordinalOf } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';
import type { RawLog } from '../../support/snowflake-plays.ts';
import type { SqlValue } from '../../../warehouse/warehouse.ts';
import type { Driver } from './driver.ts';

const types: Readonly<Record<string, string>> = {
  json: 'variant',
  text: 'varchar',
  bigint: 'number(19, 0)',
  timestamp: 'timestamp_ntz(6)',
};

/** When rows were loaded: of no interest, and the same as in test/support/raw-log.ts. */
const loadedAt = "timestamp '2026-01-01 00:00:00'";

const ledger = `create table if not exists _meta.load_ledger (file_key varchar primary key, batch_id varchar, source varchar,
  table_name varchar, row_count bigint, loaded_at timestamp)`;

/** Raw rows as the loader would have left them. */
export function rawLogOn(driver: Driver): RawLog {
  return {
    create: async () => {
      const columns = rawColumns.map(({ name, type }) => `${name} ${types[type]}`).join(', ');
      for (const { table } of shopTables) await driver.ask(`create table raw.shop__${table} (${columns})`);
      await driver.ask(ledger);
    },
    append: async ({ id, source = 'shop', from, to, entries }) => {
      const tables = [...new Set(entries.map(({ table }) => table))];
      for (const table of tables) {
        const rows = entries.filter((entry) => entry.table === table);
        for (const entry of rows) await appendRow(driver, entry, id);
        await driver.ask(`insert into _meta.load_ledger values (?, ?, ?, ?, ?, ${loadedAt})`, [
          `${id}/${table}`,
          id,
          source,
          table,
          rows.length,
        ]);
      }
      await driver.ask(
        `insert into _meta.loaded_batch
           (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
         values (?, ?, 'changes', ?, ?, ${loadedAt}, ?, ${loadedAt})`,
        [id, source, hexPosition(from), hexPosition(to), entries.length],
      );
    },
  };
}

async function appendRow(driver: Driver, entry: LogEntry, batchId: string): Promise<void> {
  const row: readonly SqlValue[] = [
    JSON.stringify(entry.data),
    entry.op,
    hexPosition(entry.position),
    ordinalOf(entry),
    committedAt(entry.position),
    entry.unchanged === undefined ? null : JSON.stringify(entry.unchanged),
    batchId,
  ];
  await driver.ask(
    `insert into raw.shop__${entry.table} select parse_json(?), ?, ?, ?, cast(? as timestamp), 's', ?, ?, 'f', ${loadedAt}`,
    row,
  );
}
