import { apiOrderTables } from './api-tables.ts';
import { addedOrders, happeningNow } from './change-rows.ts';
import type { Batch } from './change-rows.ts';

/** New rows of one table of an API source, in staging's shape. */
export interface ApiChange {
  readonly model: string;
  readonly table: string;
  readonly rows: string;
}

/**
 * What the API sources have to say within a batch's five minutes, by source: of the orders that the batch adds, as many
 * rows as of any others.
 */
export function apiChangesOf(batch: Batch): ReadonlyMap<string, readonly ApiChange[]> {
  const [first, last] = addedOrders(batch);
  const bySource = new Map<string, ApiChange[]>();
  for (const { model, rows, times } of apiOrderTables) {
    const [, source = '', table = ''] = /^stg_(\w+?)__(\w+)$/.exec(model) ?? [];
    const made = happeningNow(batch, rows(batch.scale, first, last), times, 'u');
    // The table's other columns, which nothing here fills, are there as nulls.
    const whole = `select * from (select * from staging.${model} limit 0) union all by name (${made})`;
    bySource.set(source, [...(bySource.get(source) ?? []), { model, table, rows: whole }]);
  }
  return bySource;
}
