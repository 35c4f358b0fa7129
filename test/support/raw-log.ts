import { createLoadLedger, createRawTable } from '../../warehouse/raw-table.ts';
import { shopTables } from '../../ingest/postgres/shop-tables.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';

/** One change as a test writes it: values are PostgreSQL's text output, as the raw log holds them. */
export interface LogEntry {
  readonly table: string;
  readonly op: 'r' | 'c' | 'u' | 'd' | 't' | 's';
  /** Place in the log; becomes the commit LSN. */
  readonly position: number;
  /** Place in the transaction, from 1. */
  readonly ordinal?: number;
  readonly data: Readonly<Record<string, string | null>>;
  /** Columns whose value the log did not repeat. */
  readonly unchanged?: readonly string[];
}

/** Creates the raw tables of the shop and the loader's ledger. */
export async function createRawTables(warehouse: Warehouse): Promise<void> {
  for (const { table } of shopTables) await warehouse.execute(createRawTable('duckdb', 'shop', table));
  await warehouse.execute(createLoadLedger);
}

/** A commit a second, after everything that the tests' rows say of themselves. */
export function committedAt(position: number): string {
  return new Date(Date.UTC(2026, 2, 10, 0, 0, position)).toISOString();
}

export function hexPosition(position: number): string {
  return position.toString(16).toUpperCase().padStart(16, '0');
}

/** The first of its transaction, unless said; what no transaction made has none. */
export function ordinalOf({ ordinal, op }: LogEntry): number {
  return ordinal ?? (op === 'r' || op === 's' ? 0 : 1);
}

/** Appends entries as one loaded batch that covers the log from `from` (exclusive) to `to` (inclusive). */
export async function appendBatch(
  warehouse: Warehouse,
  batch: {
    readonly id: string;
    readonly from: number;
    readonly to: number;
    readonly entries: readonly LogEntry[];
    /** The chain it belongs to; 'shop' unless said. */
    readonly source?: string;
  },
): Promise<void> {
  const { source = 'shop' } = batch;
  const byTable = new Map<string, LogEntry[]>();
  for (const entry of batch.entries) byTable.set(entry.table, [...(byTable.get(entry.table) ?? []), entry]);
  await warehouse.transaction(async (session) => {
    for (const [table, entries] of byTable) {
      const row = `(?, ?, ?, ?, cast(? as timestamp), 's', ?, ?, 'f', timestamp '2026-01-01 00:00:00')`;
      await session.execute(
        `insert into raw.shop__${table} values ${entries.map(() => row).join(', ')}`,
        entries.flatMap((entry) => [
          JSON.stringify(entry.data),
          entry.op,
          hexPosition(entry.position),
          ordinalOf(entry),
          committedAt(entry.position),
          entry.unchanged === undefined ? null : JSON.stringify(entry.unchanged),
          batch.id,
        ]),
      );
      await session.execute(
        `insert into _meta.load_ledger values (?, ?, ?, ?, ?, timestamp '2026-01-01 00:00:00')`,
        [`${batch.id}/${table}`, batch.id, source, table, entries.length],
      );
    }
    await session.execute(
      `insert into _meta.loaded_batch
           (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
         values (?, ?, 'changes', ?, ?, timestamp '2026-01-01 00:00:00', ?, timestamp '2026-01-01 00:00:00')`,
      [batch.id, source, hexPosition(batch.from), hexPosition(batch.to), batch.entries.length],
    );
  });
}
