import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../ingest/extract/json.ts';
import { customerRecords, orderRecords, productRecords } from '../../../../ingest/shopify/records.ts';
import { shopifyTables } from '../../../../ingest/shopify/tables.ts';

const ordered = Date.parse('2026-11-01T10:00:00Z') * 1000;
const refunded = Date.parse('2026-11-03T10:00:00Z') * 1000;

const order: JsonObject = {
  id: 'gid://shopify/Order/1',
  name: '#1001',
  updatedAt: '2026-11-01T10:00:00Z',
  lineItems: [{ id: 'gid://shopify/LineItem/11', quantity: 2 }],
  transactions: [
    { id: 'gid://shopify/OrderTransaction/21', kind: 'SALE' },
    { id: 'gid://shopify/OrderTransaction/22', kind: 'REFUND' },
  ],
  refunds: [
    {
      id: 'gid://shopify/Refund/31',
      updatedAt: '2026-11-03T10:00:00Z',
      refundLineItems: [
        { id: 'gid://shopify/RefundLineItem/41', lineItem: { id: 'gid://shopify/LineItem/11' } },
        { id: null, restockType: 'RETURN', lineItem: { id: 'gid://shopify/LineItem/11' } },
      ],
      transactions: [
        { id: 'gid://shopify/OrderTransaction/22', kind: 'REFUND' },
        { id: 'gid://shopify/OrderTransaction/23', kind: 'REFUND' },
      ],
      refundShippingLines: [],
    },
  ],
  fulfillments: [
    {
      id: 'gid://shopify/Fulfillment/51',
      updatedAt: null,
      fulfillmentLineItems: [{ id: 'gid://shopify/FulfillmentLineItem/61', quantity: 2 }],
    },
  ],
};

test('an order becomes rows of its tables, each child with its parents and a version', () => {
  const rows = orderRecords(order).map(({ table, object, versionMicros }) => [
    table,
    object['id'],
    object['refundId'] ?? object['fulfillmentId'] ?? null,
    versionMicros,
  ]);
  const refund = 'gid://shopify/Refund/31';
  expect(rows).toEqual([
    ['orders', order['id'], null, ordered],
    ['order_lines', 'gid://shopify/LineItem/11', null, ordered],
    ['transactions', 'gid://shopify/OrderTransaction/21', null, ordered],
    ['transactions', 'gid://shopify/OrderTransaction/22', refund, ordered],
    // The refund names it, the order does not yet: it is kept all the same.
    ['transactions', 'gid://shopify/OrderTransaction/23', refund, ordered],
    ['refunds', refund, null, refunded],
    ['refund_lines', 'gid://shopify/RefundLineItem/41', refund, ordered],
    ['refund_lines', `${refund}/gid://shopify/LineItem/11/RETURN`, refund, ordered],
    ['fulfillments', 'gid://shopify/Fulfillment/51', null, ordered],
    ['fulfillment_lines', 'gid://shopify/FulfillmentLineItem/61', 'gid://shopify/Fulfillment/51', ordered],
  ]);
  const children = orderRecords(order).slice(1);
  expect(children.every(({ object }) => object['orderId'] === order['id'])).toBe(true);
  expect(orderRecords(order)[0]?.object).toEqual({
    id: order['id'],
    name: '#1001',
    updatedAt: order['updatedAt'],
  });
});

test('without an id only the object itself goes on, to quarantine', () => {
  expect(orderRecords({ ...order, id: 7 }).map(({ table }) => table)).toEqual(['orders']);
  expect(productRecords({ id: null, variants: [{ id: 'v' }] }).map(({ table }) => table)).toEqual([
    'products',
  ]);
  expect(customerRecords({ id: 'c' })).toEqual([{ table: 'customers', op: 'u', object: { id: 'c' } }]);
});

test('every row has a table, with rules for what identifies it', () => {
  const tables = new Map(shopifyTables.orders.map((each) => [each.table, each]));
  for (const { table, object } of orderRecords(order)) {
    const fields = tables.get(table)?.rules.fields ?? {};
    for (const name of ['id', 'orderId', 'refundId', 'fulfillmentId']) {
      if (name in object) expect([table, name, fields[name]]).toEqual([table, name, 'id']);
    }
  }
});
