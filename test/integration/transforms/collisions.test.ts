import { expect, test } from 'vitest';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import { lineRow, orderRow, productRow } from '../../support/shop-rows.ts';

test.each([
  ['in order', ['first', 'second']],
  ['in reverse', ['second', 'first']],
])('of two changes in one transaction the later one wins, arriving %s', async (_, arrival) => {
  const { warehouse, transforms } = await openTransforms();
  const changes = {
    first: { ...orderRow(1, '1'), ordinal: 1 },
    second: { ...orderRow(1, '1', { channel: 'app' }), ordinal: 2 },
  };
  for (const [index, name] of arrival.entries()) {
    const change = name === 'first' ? changes.first : changes.second;
    await appendBatch(warehouse, { id: name, from: index, to: index + 1, entries: [change] });
    await transforms.stage();
    await transforms.build();
  }
  expect(await warehouse.query('select channel from marts.fct_orders')).toEqual([{ channel: 'app' }]);
  await warehouse.close();
});

test('a line that moved while a mart lagged behind leaves the order it came from', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, {
    id: 'b1',
    from: 0,
    to: 4,
    entries: [productRow(1, '1'), orderRow(2, '1'), orderRow(3, '2'), lineRow(4, '1', '1')],
  });
  await transforms.stage();
  await transforms.build();
  await appendBatch(warehouse, { id: 'b2', from: 4, to: 5, entries: [lineRow(5, '1', '2')] });
  await transforms.stage();
  await transforms.build({ select: new Set(['fct_order_lines', 'fct_order_events']) });
  await transforms.build();
  expect(
    await warehouse.query('select order_id, line_count from marts.fct_orders order by order_id'),
  ).toEqual([
    { order_id: 1n, line_count: 0n },
    { order_id: 2n, line_count: 1n },
  ]);
  await warehouse.close();
});
