import { expect, test } from 'vitest';
import { openTransforms } from '../../../support/platform-parts.ts';
import { appendBatch } from '../../../support/raw-log.ts';
import type { LogEntry } from '../../../support/raw-log.ts';
import { orderRow, paymentRow, productRow, sellerRow } from '../../../support/shop-rows.ts';

test('what the newest row of a seller leaves empty is empty in the mart', async () => {
  const { warehouse, transforms } = await openTransforms();
  try {
    const entries = [productRow(1, '1', { seller_id: '1' }), sellerRow(2, '1')];
    await appendBatch(warehouse, { id: 'a', from: 0, to: 2, entries });
    await transforms.stage();
    await transforms.build();
    const emptied = sellerRow(3, '1', { name: null, country: null });
    await appendBatch(warehouse, { id: 'b', from: 2, to: 3, entries: [emptied] });
    await transforms.stage();
    await transforms.build();
    const shown = 'select seller_name, seller_country from marts.dim_product where product_id = 1';
    expect(await warehouse.query(shown)).toEqual([{ seller_name: null, seller_country: null }]);
  } finally {
    await warehouse.close();
  }
}, 30_000);

const refused: ReadonlyArray<readonly [string, LogEntry, string]> = [
  ['a time', orderRow(2, '2', { placed_at: 'infinity' }), 'placed_at'],
  ['a number', paymentRow(2, '2', '1', { amount: 'NaN' }), 'amount'],
];

test.each(refused)(
  '%s that no calendar or account has is set aside, by key and column',
  async (_, row, column) => {
    const { warehouse, transforms } = await openTransforms();
    try {
      await appendBatch(warehouse, { id: 'a', from: 0, to: 1, entries: [orderRow(1, '1')] });
      await transforms.stage();
      await appendBatch(warehouse, { id: 'b', from: 1, to: 2, entries: [row] });
      expect(await transforms.stage()).toMatchObject({ batches: 1, changedRows: 0, quarantined: 1 });
      expect(await transforms.quarantine()).toMatchObject([{ key: '2', column, reason: 'VALUE_INVALID' }]);
      expect(await warehouse.query('select count(*) as n from staging.stg_shop__orders')).toEqual([
        { n: 1n },
      ]);
    } finally {
      await warehouse.close();
    }
  },
  30_000,
);
