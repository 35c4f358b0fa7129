/**
 * Rows as the queries give them: bigint, numeric and timestamptz as the text of the database, so that nothing is lost
 * and cursors are exact.
 */
export interface OrderRow {
  readonly id: string;
  readonly order_number: string;
  readonly customer_id: string | null;
  readonly currency: string;
  readonly status: string;
  readonly is_test: boolean;
  readonly ship_country: string | null;
  readonly shipping_amount: string;
  readonly placed_at: string;
  readonly cancelled_at: string | null;
  readonly updated_at: string;
}

export interface LineRow {
  readonly id: string;
  readonly order_id: string;
  readonly quantity: number;
  readonly unit_price: string;
  /** quantity x unit price, rounded to cents. */
  readonly gross: string;
  readonly discount_amount: string;
  readonly tax_amount: string;
  readonly product_id: string;
  readonly title: string | null;
  readonly sku: string;
  readonly kind: string;
}

export interface PaymentRow {
  readonly id: string;
  readonly order_id: string;
  readonly kind: 'authorisation' | 'capture' | 'void' | 'refund';
  readonly method: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly amount: string;
  readonly currency: string;
  readonly processor_ref: string | null;
  readonly card_brand: string | null;
  readonly card_last4: string | null;
  readonly created_at: string;
}

export interface RefundRow {
  readonly id: string;
  readonly order_id: string;
  readonly payment_id: string | null;
  readonly cancellation_id: string | null;
  readonly amount: string;
  readonly shipping_amount: string;
  readonly currency: string;
  readonly reason: string | null;
  readonly refunded_at: string;
}

export interface RefundLineRow {
  readonly id: string;
  readonly order_id: string;
  readonly refund_id: string;
  readonly order_line_id: string;
  readonly quantity: number;
  readonly amount: string;
  readonly tax_amount: string;
  readonly restock_type: 'return' | 'cancel' | 'no_restock';
}

/** Units taken off by a cancellation; with what they were worth, net of discount. */
export interface CancelledRow {
  readonly id: string;
  readonly order_id: string;
  readonly cancellation_id: string;
  readonly order_line_id: string;
  readonly quantity: number;
  readonly net: string;
  readonly tax: string;
  readonly reason: string | null;
  readonly before_capture: boolean;
}

export interface ShipmentRow {
  readonly id: string;
  readonly order_id: string;
  readonly carrier: string;
  readonly tracking_number: string | null;
  readonly status: 'pending' | 'shipped' | 'delivered' | 'cancelled';
  readonly promised_at: string;
  readonly shipped_at: string | null;
  readonly delivered_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ShippedRow {
  readonly id: string;
  readonly order_id: string;
  readonly shipment_id: string;
  readonly order_line_id: string;
  readonly quantity: number;
}

export interface CustomerRow {
  readonly id: string;
  readonly email: string | null;
  readonly full_name: string | null;
  readonly country: string;
  readonly city: string | null;
  readonly postal_code: string | null;
  readonly segment: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ProductRow {
  readonly id: string;
  readonly sku: string;
  readonly title: string | null;
  readonly vendor: string | null;
  readonly category: string;
  readonly kind: string;
  readonly price: string;
  readonly currency: string;
  readonly is_active: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What all of a customer's orders on Shopify come to. */
export interface SpentRow {
  readonly customer_id: string;
  readonly orders: string;
  readonly spent: string;
}

/** '2026-03-01 12:00:00.123+00' to '2026-03-01T12:00:00Z': the API knows seconds. */
export function dateTime(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}Z`;
}

/** The same for a moment that may not have come. */
export function dateTimeOrNull(text: string | null): string | null {
  return text === null ? null : dateTime(text);
}
