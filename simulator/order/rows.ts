/**
 * The rows that make up one order, over all the tables they live in. Money is in cents, unit prices in
 * ten-thousandths, times in milliseconds since the epoch.
 */
export interface Order {
  readonly id: number;
  readonly orderNumber: string;
  readonly customerId: number | null;
  readonly channel: string;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly isTest: boolean;
  readonly shipCountry: string;
  readonly shippingCents: number;
  readonly placedAt: number;
  readonly cancelledAt: number | null;
  readonly updatedAt: number;
}

export type OrderStatus = 'placed' | 'paid' | 'partly_shipped' | 'shipped' | 'delivered' | 'cancelled';

export interface OrderLine {
  readonly id: number;
  readonly orderId: number;
  readonly lineNo: number;
  readonly productId: number;
  readonly quantity: number;
  readonly unitPriceE4: number;
  readonly discountCents: number;
  readonly taxCents: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The product's kind: known here, not a column of the line. */
  readonly kind: LineKind;
}

export type LineKind = 'goods' | 'gift_card';

export interface Payment {
  readonly id: number;
  readonly orderId: number;
  readonly kind: 'authorisation' | 'capture' | 'void' | 'refund';
  readonly method: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly amountCents: number;
  readonly currency: string;
  readonly processorRef: string;
  readonly cardBrand: string | null;
  readonly cardLast4: string | null;
  readonly cardFingerprint: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Shipment {
  readonly id: number;
  readonly orderId: number;
  readonly carrier: string;
  readonly trackingNumber: string | null;
  readonly status: 'pending' | 'shipped' | 'delivered' | 'cancelled';
  readonly promisedAt: number;
  readonly shippedAt: number | null;
  readonly deliveredAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface ShipmentLine {
  readonly id: number;
  readonly shipmentId: number;
  readonly orderLineId: number;
  readonly quantity: number;
}

interface Cancellation {
  readonly id: number;
  readonly number: string;
  readonly orderId: number;
  readonly customerId: number | null;
  readonly currency: string;
  readonly channel: string;
  readonly beforeCapture: boolean;
  readonly reason: string;
  readonly cancelledAt: number;
}

export interface CancellationLine {
  readonly id: number;
  readonly cancellationId: number;
  readonly orderLineId: number;
  readonly productId: number;
  readonly quantity: number;
  readonly unitPriceE4: number;
  readonly discountCents: number;
}

interface Refund {
  readonly id: number;
  readonly orderId: number;
  readonly paymentId: number;
  readonly cancellationId: number | null;
  readonly amountCents: number;
  readonly shippingCents: number;
  readonly currency: string;
  readonly reason: string;
  readonly refundedAt: number;
}

export interface RefundLine {
  readonly id: number;
  readonly refundId: number;
  readonly orderLineId: number;
  readonly quantity: number;
  readonly amountCents: number;
  readonly taxCents: number;
  readonly restockType: 'return' | 'cancel' | 'no_restock';
}

/** Every table an order has rows in; the order of the keys is one that foreign keys allow for inserting. */
export interface OrderTables {
  readonly orders: Order;
  readonly order_lines: OrderLine;
  readonly payments: Payment;
  readonly shipments: Shipment;
  readonly shipment_lines: ShipmentLine;
  readonly cancellations: Cancellation;
  readonly cancellation_lines: CancellationLine;
  readonly refunds: Refund;
  readonly refund_lines: RefundLine;
}

export type OrderTable = keyof OrderTables;

/** All rows of one order. `orders` holds one row, or none before the order is placed. */
export type OrderState = { readonly [Table in OrderTable]: readonly OrderTables[Table][] };

/** One row written by an action. A delete needs only the id, but keeps the row for the reader. */
export type Change = {
  [Table in OrderTable]: {
    readonly op: 'insert' | 'update' | 'delete';
    readonly table: Table;
    readonly row: OrderTables[Table];
  };
}[OrderTable];
