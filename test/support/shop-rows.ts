import type { LogEntry } from './raw-log.ts';

/** Rows of the shop as its log holds them, with everything at its default but what a test is about. */
type Change = Readonly<Record<string, string | null>>;

const at = '2026-03-01 12:00:00+00';

function entry(table: string, position: number, data: Change): LogEntry {
  return { table, op: 'u', position, data };
}

export function customerRow(position: number, id: string, change: Change = {}): LogEntry {
  return entry('customers', position, {
    id,
    email: 'a@example.com',
    country: 'DE',
    city: 'Berlin',
    postal_code: null,
    segment: 'new',
    created_at: at,
    updated_at: at,
    ...change,
  });
}

export function productRow(position: number, id: string, change: Change = {}): LogEntry {
  return entry('products', position, {
    id,
    seller_id: null,
    sku: 'A',
    title: 'T',
    category: 'toys',
    kind: 'goods',
    price: '2.5000',
    currency: 'USD',
    is_active: 't',
    created_at: at,
    updated_at: at,
    ...change,
  });
}

export function sellerRow(position: number, id: string, change: Change = {}): LogEntry {
  return entry('sellers', position, {
    id,
    name: 'S',
    country: 'US',
    commission_rate: '0.1000',
    created_at: at,
    updated_at: at,
    ...change,
  });
}

export function orderRow(position: number, id: string, change: Change = {}): LogEntry {
  return entry('orders', position, {
    id,
    order_number: `N${id}`,
    customer_id: null,
    channel: 'web',
    currency: 'USD',
    status: 'placed',
    is_test: 'f',
    ship_country: 'DE',
    shipping_amount: '0.00',
    placed_at: at,
    cancelled_at: null,
    updated_at: at,
    ...change,
  });
}

export function lineRow(position: number, id: string, orderId: string, change: Change = {}): LogEntry {
  return entry('order_lines', position, {
    id,
    order_id: orderId,
    line_no: '1',
    product_id: '1',
    quantity: '2',
    unit_price: '2.5000',
    discount_amount: '0.00',
    tax_amount: '0.00',
    created_at: at,
    updated_at: at,
    ...change,
  });
}

export function paymentRow(position: number, id: string, orderId: string, change: Change = {}): LogEntry {
  return entry('payments', position, {
    id,
    order_id: orderId,
    kind: 'capture',
    method: 'card',
    status: 'succeeded',
    amount: '5.00',
    currency: 'USD',
    processor_ref: null,
    created_at: at,
    updated_at: at,
    ...change,
  });
}

export function refundRow(position: number, id: string, orderId: string, change: Change = {}): LogEntry {
  return entry('refunds', position, {
    id,
    order_id: orderId,
    payment_id: null,
    cancellation_id: null,
    amount: '1.00',
    shipping_amount: '0.00',
    currency: 'USD',
    reason: null,
    refunded_at: at,
    ...change,
  });
}

/** The log's removal of a row: its key and nothing else. */
export function removal(position: number, table: string, id: string): LogEntry {
  return { table, op: 'd', position, data: { id } };
}
