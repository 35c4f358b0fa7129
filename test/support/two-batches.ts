import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { publishedShop } from './published-shop.ts';
import { appendBatch } from './raw-log.ts';
import type { LogEntry } from './raw-log.ts';
import { customerRow, lineRow, orderRow, paymentRow, productRow } from './shop-rows.ts';

/** One order of one customer, with its product and payment; positions 1 to 5. */
export const firstBatch: readonly LogEntry[] = [
  productRow(1, '1'),
  customerRow(2, '1'),
  orderRow(3, '1', { customer_id: '1' }),
  lineRow(4, '1', '1'),
  paymentRow(5, '1', '1'),
];

/** The customer moves, orders again, and a line moves to the second order; positions 6 to 9. */
export const secondBatch: readonly LogEntry[] = [
  customerRow(6, '1', { city: 'Rome', updated_at: '2026-03-02 00:00:00+00' }),
  orderRow(7, '2', { customer_id: '1', placed_at: '2026-03-03 00:00:00+00' }),
  lineRow(8, '2', '2'),
  lineRow(9, '1', '2'),
];

/** One version published, and a second batch (positions 6 to 9) loaded that nobody has staged. */
export async function withTwoBatches(second: readonly LogEntry[] = secondBatch): Promise<DuckdbWarehouse> {
  const { warehouse } = await publishedShop(firstBatch);
  await appendBatch(warehouse, { id: 'b2', from: 5, to: 9, entries: second });
  return warehouse;
}
