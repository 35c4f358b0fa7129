import { expect, test } from 'vitest';
import type {
  CancellationLine,
  Order,
  OrderLine,
  OrderState,
  RefundLine,
  Shipment,
} from '../../../simulator/order/rows.ts';
import { emptyOrder } from '../../../simulator/order/state.ts';
import { measureOrder } from '../../../simulator/order/truth.ts';

const placedAt = Date.parse('2025-03-01T23:59:59Z');
const nextDay = Date.parse('2025-03-02T00:00:00Z');

const order: Order = {
  id: 1,
  orderNumber: 'SW-1',
  customerId: null,
  channel: 'web',
  currency: 'USD',
  status: 'paid',
  isTest: false,
  shipCountry: 'US',
  shippingCents: 500,
  placedAt,
  cancelledAt: null,
  updatedAt: placedAt,
};

function line(id: number, fields: Partial<OrderLine> = {}): OrderLine {
  return {
    id,
    orderId: 1,
    lineNo: id,
    productId: id,
    quantity: 10,
    unitPriceE4: 10_000,
    discountCents: 0,
    taxCents: 80,
    createdAt: placedAt,
    updatedAt: placedAt,
    kind: 'goods',
    ...fields,
  };
}

function shipment(id: number, status: Shipment['status'], shippedAt: number | null): Shipment {
  const times = { promisedAt: nextDay, deliveredAt: null, createdAt: placedAt, updatedAt: placedAt };
  return { id, orderId: 1, carrier: 'UPS', trackingNumber: null, status, shippedAt, ...times };
}

function cancelled(quantity: number, beforeCapture: boolean): Partial<OrderState> {
  const head = { number: 'C-1', customerId: null, currency: 'USD', channel: 'web', reason: 'x' };
  const row: CancellationLine = {
    id: 1,
    cancellationId: 1,
    orderLineId: 1,
    productId: 1,
    quantity,
    unitPriceE4: 10_000,
    discountCents: 20,
  };
  return {
    cancellations: [{ id: 1, orderId: 1, beforeCapture, cancelledAt: nextDay, ...head }],
    cancellation_lines: [row],
  };
}

function refunded(amountCents: number, lines: readonly Partial<RefundLine>[]): Partial<OrderState> {
  const head = { paymentId: 1, cancellationId: null, shippingCents: 0, currency: 'USD', reason: 'x' };
  return {
    refunds: [{ id: 1, orderId: 1, amountCents, refundedAt: nextDay, ...head }],
    refund_lines: lines.map((each, index) => ({
      id: index + 1,
      refundId: 1,
      orderLineId: 1,
      quantity: 1,
      amountCents: 100,
      taxCents: 8,
      restockType: 'return',
      ...each,
    })),
  };
}

/** Metrics of an order that consists of the given rows, as 'day metric': value. */
function measured(rows: Partial<OrderState>): Record<string, bigint> {
  const result: Record<string, bigint> = {};
  for (const { day, metric, delta } of measureOrder({ ...emptyOrder, orders: [order], ...rows })) {
    const key = `${day} ${metric}`;
    result[key] = (result[key] ?? 0n) + delta;
  }
  return result;
}

const plain = { '2025-03-01 orders': 1n, '2025-03-01 order_lines': 1n, '2025-03-01 gmv': 1000n };

test('a goods line counts before discount in GMV and after it in net revenue, without tax and shipping', () => {
  expect(measured({ order_lines: [line(1, { discountCents: 150 })] })).toEqual({
    ...plain,
    '2025-03-01 net_revenue': 850n,
  });
});

test('fractions of a cent are rounded once a line, half up', () => {
  const lines = [line(1, { quantity: 3, unitPriceE4: 12_350 }), line(2, { quantity: 1, unitPriceE4: 50 })];
  expect(measured({ order_lines: lines })).toMatchObject({ '2025-03-01 gmv': 371n + 1n });
});

test('a gift card is an order line, but no sale', () => {
  expect(measured({ order_lines: [line(1), line(2, { kind: 'gift_card' })] })).toEqual({
    ...plain,
    '2025-03-01 order_lines': 2n,
    '2025-03-01 net_revenue': 1000n,
  });
});

test('a test order counts nowhere', () => {
  expect(measured({ orders: [{ ...order, isTest: true }], order_lines: [line(1)] })).toEqual({});
});

test.each([true, false])(
  'goods cancelled (before capture: %s) leave net revenue on their own day',
  (before) => {
    expect(measured({ order_lines: [line(1, { discountCents: 200 })], ...cancelled(1, before) })).toEqual({
      ...plain,
      '2025-03-01 net_revenue': 800n,
      '2025-03-02 net_revenue': -80n,
    });
  },
);

test('a refund counts in full, and its goods leave net revenue', () => {
  expect(measured({ order_lines: [line(1)], ...refunded(250, [{}, { amountCents: 50 }]) })).toEqual({
    ...plain,
    '2025-03-01 net_revenue': 1000n,
    '2025-03-02 net_revenue': -150n,
    '2025-03-02 refunds': 250n,
  });
});

const sent = (...rows: readonly (readonly [Shipment, number])[]): Partial<OrderState> => ({
  shipments: rows.map(([row]) => row),
  shipment_lines: rows.map(([row, quantity]) => ({
    id: row.id,
    shipmentId: row.id,
    orderLineId: 1,
    quantity,
  })),
});

test.each([
  ['all units shipped', sent([shipment(1, 'shipped', nextDay), 10]), '2025-03-02'],
  ['nine of ten shipped', sent([shipment(1, 'shipped', nextDay), 9]), undefined],
  ['all units packed, not shipped', sent([shipment(1, 'pending', null), 10]), undefined],
  ['the shipment was cancelled', sent([shipment(1, 'cancelled', nextDay), 10]), undefined],
  [
    'nine shipped, one cancelled',
    { ...sent([shipment(1, 'delivered', nextDay), 9]), ...cancelled(1, false) },
    '2025-03-02',
  ],
  ['nothing shipped, all cancelled', cancelled(10, true), undefined],
  [
    'nine shipped, one refunded unsent',
    { ...sent([shipment(1, 'shipped', placedAt), 9]), ...refunded(100, [{ restockType: 'cancel' }]) },
    '2025-03-01',
  ],
  [
    'nine shipped, one of them returned',
    { ...sent([shipment(1, 'shipped', placedAt), 9]), ...refunded(100, [{ restockType: 'return' }]) },
    undefined,
  ],
  [
    'in two parts, on the day of the later',
    sent([shipment(1, 'shipped', nextDay), 4], [shipment(2, 'delivered', placedAt), 6]),
    '2025-03-02',
  ],
] as const)('fulfilled: %s', (_, rows, day) => {
  const entries = measureOrder({ ...emptyOrder, orders: [order], order_lines: [line(1)], ...rows });
  const fulfilled = entries.filter((each) => each.metric === 'fulfilled_orders');
  expect(fulfilled).toEqual(day === undefined ? [] : [{ metric: 'fulfilled_orders', day, delta: 1n }]);
});
