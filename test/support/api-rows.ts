import { createRawTable } from '../../warehouse/raw-table.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { hexPosition } from './raw-log.ts';

/** Rows of the API sources as their raw tables hold them, with everything at its default but what a test is about. */
export type Fields = Readonly<Record<string, unknown>>;

/** One object that was read, in the version that `position` stands for: a second of the tests' day. */
export interface ApiEntry {
  readonly source: 'shopify' | 'stripe' | 'zendesk';
  readonly table: string;
  readonly op: 'u' | 'd';
  readonly position: number;
  readonly data: Fields;
}

/** The time of a position, ISO 8601: the sources' own clock. */
export function apiTime(position: number): string {
  return `${new Date(Date.UTC(2026, 2, 10, 0, 0, position)).toISOString().slice(0, 19)}Z`;
}

/** Appends entries of one source as one loaded batch; `part` is its place among the source's batches, from 1. */
export async function appendApiBatch(
  warehouse: Warehouse,
  batch: { readonly id: string; readonly part: number; readonly entries: readonly ApiEntry[] },
): Promise<void> {
  const { dialect } = warehouse.capabilities;
  const source = batch.entries[0]?.source ?? 'shopify';
  for (const table of new Set(batch.entries.map((entry) => entry.table)))
    await warehouse.execute(createRawTable(dialect, source, table));
  const at = `timestamp '2026-01-01 00:00:00'`;
  await warehouse.transaction(async (session) => {
    for (const [index, entry] of batch.entries.entries()) {
      if (entry.source !== source) throw new Error(`a batch of ${source} has a row of ${entry.source}`);
      await session.execute(
        `insert into raw.${source}__${entry.table} values (?, ?, ?, ?, cast(? as timestamp), 's', null, ?, 'f', ${at})`,
        [
          JSON.stringify(entry.data),
          entry.op,
          hexPosition(entry.position),
          batch.part * 1000 + index,
          apiTime(entry.position).replace('Z', ''),
          batch.id,
        ],
      );
    }
    for (const table of new Set(batch.entries.map((entry) => entry.table)))
      await session.execute(
        `insert into _meta.load_ledger
           select ?, ?, ?, ?, count(*), ${at} from raw.${source}__${table} where _batch_id = ?`,
        [`${batch.id}/${table}`, batch.id, source, table, batch.id],
      );
    await session.execute(
      `insert into _meta.loaded_batch
         (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
       values (?, ?, 'changes', ?, ?, ${at}, ?, ${at})`,
      [batch.id, source, hexPosition(batch.part - 1), hexPosition(batch.part), batch.entries.length],
    );
  });
}

/** What the API says no more: the key alone. */
export function apiRemoval(
  source: ApiEntry['source'],
  table: string,
  position: number,
  id: string,
): ApiEntry {
  return { source, table, op: 'd', position, data: { id } };
}
