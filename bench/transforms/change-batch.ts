import { quoteLiteral } from '../../warehouse/sql-text.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { apiRawRows } from './api-raw-rows.ts';
import { apiChangesOf } from './api-changes.ts';
import { changesOf } from './change-rows.ts';
import type { Batch, Newest } from './change-rows.ts';
import { batchSeconds } from './history.ts';
import { rawRows } from './raw-rows.ts';
import { history, positionAt } from './scale.ts';
import type { Scale } from './scale.ts';

/**
 * Loads one five-minute batch of every source as the loader would: rows in raw, files in the ledger, the batch after the
 * last one.
 */
export async function loadChanges(warehouse: Warehouse, scale: Scale, lines: number): Promise<number> {
  const [last] = await warehouse.query(`select count(*) as n from _meta.loaded_batch where source = 'shop'`);
  const batch = { number: Number(last?.['n']), lines, scale, newest: await readNewest(warehouse) };
  await warehouse.transaction(async (session) => {
    const counts = new Map<string, number>();
    for (const { table, rows } of changesOf(batch)) {
      const raw = rawRows(table, rows, quoteLiteral(nameOf(batch.number)));
      const written = await session.execute(`insert into raw.shop__${table} by name ${raw}`);
      counts.set(table, (counts.get(table) ?? 0) + written);
    }
    await recordBatch(session, batch, { source: 'shop', name: nameOf(batch.number) }, counts);
    for (const [source, changes] of apiChangesOf(batch)) {
      const name = `${source}-${batch.number}`;
      const own = new Map<string, number>();
      for (const { table, model, rows } of changes) {
        const raw = await apiRawRows(model, rows, quoteLiteral(name));
        own.set(table, await session.execute(`insert into raw.${source}__${table} by name ${raw}`));
      }
      await recordBatch(session, batch, { source, name }, own);
    }
  });
  return batch.number;
}

async function readNewest(session: Session): Promise<Newest> {
  const [row] = await session.query(`select
    (select max(order_id) from staging.stg_shop__orders__state) as "order",
    (select max(order_line_id) from staging.stg_shop__order_lines__state) as line,
    (select max(customer_id) from staging.stg_shop__customers) as customer,
    (select max(refund_id) from staging.stg_shop__refunds__state) as refund,
    (select max(refund_line_id) from staging.stg_shop__refund_lines__state) as refund_line,
    (select max(cancellation_id) from staging.stg_shop__cancellations__state) as cancellation,
    (select max(cancellation_line_id) from staging.stg_shop__cancellation_lines__state) as cancellation_line,
    (select max(payment_id) from staging.stg_shop__payments__state) as payment`);
  const value = (name: string): number => Number(row?.[name] ?? 0);
  return {
    order: value('order'),
    line: value('line'),
    customer: value('customer'),
    refund: value('refund'),
    refundLine: value('refund_line'),
    cancellation: value('cancellation'),
    cancellationLine: value('cancellation_line'),
    payment: value('payment'),
  };
}

function nameOf(number: number): string {
  return `shop-${String(number).padStart(12, '0')}`;
}

async function recordBatch(
  session: Session,
  batch: Batch,
  { source, name }: { readonly source: string; readonly name: string },
  counts: ReadonlyMap<string, number>,
): Promise<void> {
  for (const [table, rows] of counts) {
    await session.execute(
      `insert into _meta.load_ledger values (?, ?, ?, ?, ?, timestamp '${history.end}')`,
      [`${name}/${table}`, name, source, table, rows],
    );
  }
  const start = `timestamp '${history.start}'`;
  const edge = (number: number): string => `${start} + to_seconds(${number * batchSeconds})`;
  await session.execute(
    `insert into _meta.loaded_batch by name
     select ${quoteLiteral(name)} as batch_id, ${quoteLiteral(source)} as source, 'changes' as kind,
       ${positionAt(edge(batch.number))} as from_position, ${positionAt(edge(batch.number + 1))} as to_position,
       ${edge(batch.number + 1)} as to_committed_at, ${[...counts.values()].reduce((sum, n) => sum + n, 0)} as row_count,
       timestamp '${history.end}' as loaded_at`,
  );
}
