import { expect, test } from 'vitest';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch, hexPosition } from '../../support/raw-log.ts';
import { orderRow, paymentRow } from '../../support/shop-rows.ts';

test('more values that are none of their column than a poison row or two stop staging, and the first is named', async () => {
  const { warehouse, transforms } = await openTransforms();
  const rows = Array.from({ length: 120 }, (_, index) => {
    const change = index < 11 ? {} : { amount: index === 11 ? 'NaN' : 'Infinity' };
    return paymentRow(index + 2, String(index + 6), '1', change);
  });
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 121, entries: [orderRow(1, '1'), ...rows] });
  const error: unknown = await transforms.stage().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'TRANSFORM_RAW_VALUE_INVALID', retryable: false });
  const { message } = error as Error;
  expect(message).toContain(`payment_id = 17 at position ${hexPosition(13)}`);
  expect(message).toContain('raw.shop__payments');
  expect(message).toContain('amount (DECIMAL');
  expect(message).toContain('NaN');
  expect(message).toContain('109 of 120 rows');
  expect(await warehouse.query('select * from _meta.quarantine')).toEqual([]);
  expect(await warehouse.query('select step from _meta.stage_head')).toEqual([{ step: 0n }]);
  expect(
    await warehouse.query(
      "select table_name from information_schema.tables where table_schema like 'delta%'",
    ),
  ).toEqual([]);
  await warehouse.close();
});
