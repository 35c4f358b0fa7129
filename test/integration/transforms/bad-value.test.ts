import { expect, test } from 'vitest';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch, hexPosition } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';

test('a value that is none of its column is reported with its key, its place in the log and its column', async () => {
  const { warehouse, transforms } = await openTransforms();
  const good = Array.from({ length: 20 }, (_, index) => paymentRow(index + 2, String(index + 1), '1'));
  const entries = [orderRow(1, '1'), ...good];
  entries[12] = paymentRow(13, '17', '1', { amount: 'NaN' });
  entries[18] = paymentRow(19, '18', '1', { amount: 'Infinity' });
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 21, entries });
  const error: unknown = await transforms.stage().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'TRANSFORM_RAW_VALUE_INVALID', retryable: false });
  const { message } = error as Error;
  expect(message).toContain(`payment_id = 17 at position ${hexPosition(13)}`);
  expect(message).toContain('raw.shop__payments');
  expect(message).toContain('amount (DECIMAL');
  expect(message).toContain('NaN');
  expect(await warehouse.query('select step from _meta.stage_head')).toEqual([{ step: 0n }]);
  expect(
    await warehouse.query("select table_name from information_schema.tables where table_schema = 'delta'"),
  ).toEqual([]);
  await warehouse.close();
});
