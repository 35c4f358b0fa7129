import type { Fields } from '../world/changes.ts';
import type { Tables } from '../world/tables.ts';
import type { Sales } from './sales.ts';
import { minor, minorOf, timeOf } from './values.ts';

/** The shop's sales, from what its tables hold in the end. */
export function shopSales(tables: Tables): Sales {
  const rows = (table: string): readonly Fields[] => [...tables.now(table).values()];
  const orders = tables.now('orders');
  const cancellations = tables.now('cancellations');
  const refunds = tables.now('refunds');
  const currencyOf = (orderId: string | null | undefined): string | null =>
    orders.get(orderId ?? '')?.['currency'] ?? null;
  return {
    orders: rows('orders').map((row) => ({
      source: 'shop',
      id: number(row, 'id'),
      number: row['order_number'] ?? null,
      customerId: row['customer_id'] ?? null,
      channel: row['channel'] ?? null,
      currency: row['currency'] ?? null,
      status: row['status'] ?? null,
      isTest: row['is_test'] === 't',
      country: row['ship_country'] ?? 'Unknown',
      shipping: minor(row['shipping_amount'], row['currency'] ?? null),
      shippingTax: 0n,
      placedAt: moment(row, 'placed_at'),
      cancelledAt: timeOf(row['cancelled_at']),
      updatedAt: timeOf(row['updated_at']),
    })),
    lines: rows('order_lines').map((row) => {
      const currency = currencyOf(row['order_id']);
      return {
        id: number(row, 'id'),
        orderId: number(row, 'order_id'),
        lineNo: number(row, 'line_no'),
        productId: row['product_id'] ?? '',
        kind: undefined,
        quantity: number(row, 'quantity'),
        unitPrice: row['unit_price'] ?? '0',
        gross: minorOf(Number(row['quantity']), row['unit_price'], currency),
        discount: minor(row['discount_amount'], currency),
        tax: minor(row['tax_amount'], currency),
        addedAt: timeOf(row['created_at']),
      };
    }),
    cancelled: rows('cancellation_lines').flatMap((row) => {
      const head = cancellations.get(row['cancellation_id'] ?? '');
      if (head === undefined) return [];
      const currency = head['currency'] ?? null;
      return [
        {
          id: number(row, 'id'),
          lineId: number(row, 'order_line_id'),
          orderId: number(head, 'order_id'),
          productId: row['product_id'] ?? '',
          kind: undefined,
          quantity: number(row, 'quantity'),
          isBeforeCapture: head['before_capture'] === 't',
          at: moment(head, 'cancelled_at'),
          gross: minorOf(Number(row['quantity']), row['unit_price'], currency),
          discount: minor(row['discount_amount'], currency),
          tax: undefined,
        },
      ];
    }),
    refunds: rows('refunds').map((row) => ({
      id: number(row, 'id'),
      orderId: number(row, 'order_id'),
      currency: row['currency'] ?? null,
      at: moment(row, 'refunded_at'),
      amount: minor(row['amount'], row['currency'] ?? null),
      shipping: minor(row['shipping_amount'], row['currency'] ?? null),
      shippingTax: 0n,
    })),
    refundLines: rows('refund_lines').flatMap((row) => {
      const head = refunds.get(row['refund_id'] ?? '');
      if (head === undefined) return [];
      return [
        {
          id: number(row, 'id'),
          refundId: number(row, 'refund_id'),
          orderId: number(head, 'order_id'),
          lineId: number(row, 'order_line_id'),
          quantity: number(row, 'quantity'),
          goods: minor(row['amount'], head['currency'] ?? null),
          tax: minor(row['tax_amount'], head['currency'] ?? null),
          isUnsent: row['restock_type'] === 'cancel',
          at: moment(head, 'refunded_at'),
        },
      ];
    }),
    captures: rows('payments')
      .filter((row) => row['kind'] === 'capture' && row['status'] === 'succeeded')
      .map((row) => ({
        orderId: number(row, 'order_id'),
        currency: row['currency'] ?? null,
        at: moment(row, 'created_at'),
        amount: minor(row['amount'], row['currency'] ?? null),
      })),
    payments: rows('payments').map((row) => ({
      source: 'shop',
      id: number(row, 'id'),
      orderId: number(row, 'order_id'),
      kind: row['kind'] ?? '',
      method: row['method'] ?? null,
      status: row['status'] ?? null,
      amount: minor(row['amount'], row['currency'] ?? null),
      currency: row['currency'] ?? null,
      ref: row['processor_ref'] ?? null,
      at: moment(row, 'created_at'),
    })),
    shipments: rows('shipments').map((row) => ({
      source: 'shop',
      id: number(row, 'id'),
      orderId: number(row, 'order_id'),
      carrier: row['carrier'] ?? null,
      // One that is off after it left has come back.
      status:
        row['status'] === 'cancelled' && row['shipped_at'] !== null ? 'returned' : (row['status'] ?? ''),
      promisedAt: timeOf(row['promised_at']),
      shippedAt: timeOf(row['shipped_at']),
      deliveredAt: timeOf(row['delivered_at']),
    })),
    packed: rows('shipment_lines').map((row) => ({
      shipmentId: number(row, 'shipment_id'),
      lineId: number(row, 'order_line_id'),
      quantity: number(row, 'quantity'),
    })),
  };
}

function number(row: Fields, column: string): bigint {
  return BigInt(row[column] ?? 0);
}

function moment(row: Fields, column: string): Date {
  return timeOf(row[column]) ?? new Date(NaN);
}
