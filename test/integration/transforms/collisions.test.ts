import { expect, test } from 'vitest';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';

const at = '2026-03-01 12:00:00+00';

function entry(table: string, position: number, data: LogEntry['data'], ordinal = 1): LogEntry {
  return { table, op: 'u', position, ordinal, data };
}

function product(position: number): LogEntry {
  const attributes = {
    seller_id: null,
    sku: 'A',
    title: 'T',
    category: 'toys',
    kind: 'goods',
    price: '2.5000',
  };
  return entry('products', position, {
    id: '1',
    ...attributes,
    currency: 'USD',
    is_active: 't',
    created_at: at,
    updated_at: at,
  });
}

function order(position: number, id: string, channel = 'web', ordinal = 1): LogEntry {
  const data = {
    id,
    order_number: id,
    customer_id: null,
    channel,
    currency: 'USD',
    status: 'placed',
    is_test: 'f',
  };
  const rest = {
    ship_country: null,
    shipping_amount: '0.00',
    placed_at: at,
    cancelled_at: null,
    updated_at: at,
  };
  return entry('orders', position, { ...data, ...rest }, ordinal);
}

function line(position: number, orderId: string): LogEntry {
  const data = {
    id: '1',
    order_id: orderId,
    line_no: '1',
    product_id: '1',
    quantity: '2',
    unit_price: '2.5000',
  };
  return entry('order_lines', position, {
    ...data,
    discount_amount: '0.00',
    tax_amount: '0.00',
    created_at: at,
    updated_at: at,
  });
}

test.each([
  ['in order', ['first', 'second']],
  ['in reverse', ['second', 'first']],
])('of two changes in one transaction the later one wins, arriving %s', async (_, arrival) => {
  const { warehouse, transforms } = await openTransforms();
  const changes = { first: order(1, '1', 'web', 1), second: order(1, '1', 'app', 2) };
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
    entries: [product(1), order(2, '1'), order(3, '2'), line(4, '1')],
  });
  await transforms.stage();
  await transforms.build();
  await appendBatch(warehouse, { id: 'b2', from: 4, to: 5, entries: [line(5, '2')] });
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
