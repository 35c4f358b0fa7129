import { expect, test } from 'vitest';
import { openTransforms } from '../../support/platform-parts.ts';
import { appendBatch } from '../../support/raw-log.ts';
import type { LogEntry } from '../../support/raw-log.ts';

function customer(
  position: number,
  change: { readonly city: string; readonly at: string },
  op: 'c' | 'u' = 'u',
): LogEntry {
  const at = `2026-03-${change.at} 00:00:00+00`;
  const data = {
    id: '1',
    email: 'a@example.com',
    country: 'DE',
    city: change.city,
    postal_code: null,
    segment: 'new',
    created_at: at,
    updated_at: at,
  };
  return { table: 'customers', op, position, data };
}

function order(position: number, id: string, day: string): LogEntry {
  const at = `2026-03-${day} 12:00:00+00`;
  const data = {
    id,
    order_number: id,
    customer_id: '1',
    channel: 'web',
    currency: 'USD',
    status: 'placed',
    is_test: 'f',
    ship_country: null,
    shipping_amount: '0.00',
    placed_at: at,
    cancelled_at: null,
    updated_at: at,
  };
  return { table: 'orders', op: 'c', position, data };
}

const cityAtOrder = `select o.order_id, c.city from marts.fct_orders as o
  join marts.dim_customer as c on c.customer_key = o.customer_key order by o.order_id`;

test('a change that arrives late in mid-history re-points exactly the orders of its range', async () => {
  const { warehouse, transforms } = await openTransforms();
  const step = async (id: string, from: number, to: number, entries: LogEntry[]): Promise<void> => {
    await appendBatch(warehouse, { id, from, to, entries });
    await transforms.stage();
    await transforms.build();
  };
  await step('b1', 0, 4, [
    customer(1, { city: 'Berlin', at: '01' }, 'c'),
    order(2, '1', '02'),
    order(3, '2', '12'),
    order(4, '3', '22'),
    customer(6, { city: 'Paris', at: '20' }),
  ]);
  expect((await warehouse.query(cityAtOrder)).map((row) => row['city'])).toEqual([
    'Berlin',
    'Berlin',
    'Paris',
  ]);
  const keysBefore = await warehouse.query(
    'select order_id, customer_key from marts.fct_orders order by order_id',
  );
  await step('b2', 4, 5, [customer(5, { city: 'Rome', at: '10' })]);
  expect((await warehouse.query(cityAtOrder)).map((row) => row['city'])).toEqual(['Berlin', 'Rome', 'Paris']);
  const keysAfter = await warehouse.query(
    'select order_id, customer_key from marts.fct_orders order by order_id',
  );
  expect(keysAfter.map((row, index) => row['customer_key'] === keysBefore[index]?.['customer_key'])).toEqual([
    true,
    false,
    true,
  ]);
  await warehouse.close();
});

test('an order that arrives before its customer refers to an inferred member, whose key stays when the row comes', async () => {
  const { warehouse, transforms } = await openTransforms();
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 1, entries: [order(1, '1', '02')] });
  await transforms.stage();
  await transforms.build();
  const member = 'select customer_key, is_inferred, country from marts.dim_customer where customer_id = 1';
  const [inferred] = await warehouse.query(member);
  expect(inferred).toMatchObject({ is_inferred: true, country: 'Unknown' });
  await appendBatch(warehouse, {
    id: 'b2',
    from: 1,
    to: 2,
    entries: [customer(2, { city: 'Rome', at: '05' }, 'c')],
  });
  await transforms.stage();
  const result = await transforms.build();
  const [real] = await warehouse.query(member);
  expect(real).toMatchObject({
    customer_key: inferred?.['customer_key'] ?? '',
    is_inferred: false,
    country: 'DE',
  });
  expect(result.models.find((model) => model.model === 'fct_orders')).toMatchObject({ added: 0, removed: 0 });
  await warehouse.close();
});

test('a product that arrives after its lines re-judges them by its kind, under the key they already have', async () => {
  const { warehouse, transforms } = await openTransforms();
  const at = '2026-03-01 00:00:00+00';
  const product = (position: number, kind: string): LogEntry => ({
    table: 'products',
    op: 'u',
    position,
    data: {
      id: '1',
      seller_id: null,
      sku: 'A',
      title: 'T',
      category: 'toys',
      kind,
      price: '5.0000',
      currency: 'USD',
      is_active: 't',
      created_at: at,
      updated_at: at,
    },
  });
  const line: LogEntry = {
    table: 'order_lines',
    op: 'c',
    position: 3,
    data: {
      id: '1',
      order_id: '1',
      line_no: '1',
      product_id: '1',
      quantity: '2',
      unit_price: '5.0000',
      discount_amount: '0.00',
      tax_amount: '0.00',
      created_at: at,
      updated_at: at,
    },
  };
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 3, entries: [order(2, '1', '02'), line] });
  await transforms.stage();
  await transforms.build();
  const events = 'select event_type, product_key from marts.fct_order_events';
  const [sale] = await warehouse.query(events);
  expect(sale?.['event_type']).toBe('sale');
  await appendBatch(warehouse, { id: 'b2', from: 3, to: 4, entries: [product(4, 'gift_card')] });
  await transforms.stage();
  await transforms.build();
  expect(await warehouse.query(events)).toEqual([
    { event_type: 'gift_card_sale', product_key: sale?.['product_key'] },
  ]);
  await warehouse.close();
});

test('a change that leaves or sets back the update time is a new version from its commit on, and the current one', async () => {
  const { warehouse, transforms } = await openTransforms();
  const log = [
    customer(1, { city: 'Berlin', at: '05' }, 'c'),
    customer(2, { city: 'Rome', at: '05' }),
    customer(3, { city: 'Oslo', at: '01' }),
  ];
  await appendBatch(warehouse, { id: 'b1', from: 0, to: 3, entries: log });
  await transforms.stage();
  await transforms.build();
  const versions = await warehouse.query(
    'select city, valid_from, is_current from marts.dim_customer where customer_id = 1 order by valid_from',
  );
  expect(versions).toEqual([
    { city: 'Berlin', valid_from: '1900-01-01 00:00:00', is_current: false },
    { city: 'Rome', valid_from: '2026-03-10 00:00:02', is_current: false },
    { city: 'Oslo', valid_from: '2026-03-10 00:00:03', is_current: true },
  ]);
  await warehouse.close();
});
