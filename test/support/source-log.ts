import type { Warehouse } from '../../warehouse/warehouse.ts';
import { createRawTable } from '../../warehouse/raw-table.ts';
import type { SourceRow } from './order-story.ts';
import { hexPosition } from './raw-log.ts';

/** When the sources were read last: later than anything that the rows tell of. */
export const readAt = '2026-03-20 00:00:00';

/** Appends rows of the sources to their raw tables, a batch a source, each after what is there of its source. */
export async function appendRows(warehouse: Warehouse, rows: readonly SourceRow[]): Promise<void> {
  for (const [source, ofSource] of groups(rows, (row) => row.source)) {
    const [standing] = await warehouse.query(
      `select coalesce(max(to_position), ?) as position, count(*) as batches from _meta.loaded_batch where source = ?`,
      [hexPosition(0), source],
    );
    const from = Number.parseInt(String(standing?.['position']), 16);
    const to = from + ofSource.length;
    const batch = `${source}-${Number(standing?.['batches']) + 1}`;
    const versions = versionsOf(ofSource);
    const placed = ofSource.map((row, index) => ({
      ...row,
      position: hexPosition(from + (versions.get(row) ?? index) + 1),
    }));
    for (const [table, entries] of groups(placed, (row) => row.table)) {
      await warehouse.execute(createRawTable('duckdb', source, table));
      const row = `(?, ?, ?, 1, timestamp '${readAt}', 's', null, ?, 'f', timestamp '${readAt}')`;
      await warehouse.execute(
        `insert into raw.${source}__${table} values ${entries.map(() => row).join(', ')}`,
        entries.flatMap(({ data, op = 'u', position }) => [JSON.stringify(data), op, position, batch]),
      );
      await warehouse.execute(`insert into _meta.load_ledger values (?, ?, ?, ?, ?, timestamp '${readAt}')`, [
        `${batch}/${table}`,
        batch,
        source,
        table,
        entries.length,
      ]);
    }
    await warehouse.execute(
      `insert into _meta.loaded_batch
         (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
       values (?, ?, 'changes', ?, ?, timestamp '${readAt}', ?, timestamp '${readAt}')`,
      [batch, source, hexPosition(from), hexPosition(to), ofSource.length],
    );
  }
}

/** Shopify reads the lines of an order with it: they are there in the order's version, which is its last row's place. */
function versionsOf(rows: readonly SourceRow[]): ReadonlyMap<SourceRow, number> {
  const together = rows.flatMap((row, index) =>
    row.source === 'shopify' && (row.table === 'orders' || row.table === 'order_lines')
      ? [{ row, index }]
      : [],
  );
  const found = new Map<SourceRow, number>();
  for (const members of groups(together, ({ row }) =>
    String(row.data['orderId'] ?? row.data['id']),
  ).values()) {
    const last = Math.max(...members.map(({ index }) => index));
    for (const { row } of members) found.set(row, last);
  }
  return found;
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}
