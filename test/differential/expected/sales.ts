/** What was sold and what became of it, in the words of the star, whichever source says so. Money is in minor units. */
export interface Sales {
  readonly orders: readonly Order[];
  readonly lines: readonly Line[];
  readonly cancelled: readonly CancelledLine[];
  readonly refunds: readonly Refund[];
  readonly refundLines: readonly RefundLine[];
  readonly captures: readonly Capture[];
  readonly payments: readonly Payment[];
  readonly shipments: readonly Shipment[];
  readonly packed: readonly Packed[];
}

type Source = 'shop' | 'shopify';

export interface Order {
  readonly source: Source;
  readonly id: bigint;
  readonly number: string | null;
  readonly customerId: string | null;
  readonly channel: string | null;
  readonly currency: string | null;
  readonly status: string | null;
  readonly isTest: boolean;
  readonly country: string;
  readonly shipping: bigint;
  readonly shippingTax: bigint;
  readonly placedAt: Date;
  readonly cancelledAt: Date | null;
  readonly updatedAt: Date | null;
}

export interface Line {
  readonly id: bigint;
  readonly orderId: bigint;
  readonly lineNo: bigint;
  readonly productId: string;
  /** Said by the source itself, or else the product's. */
  readonly kind: string | undefined;
  readonly quantity: bigint;
  readonly unitPrice: string;
  readonly gross: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  /** Later than the order, where it was added to it. */
  readonly addedAt: Date | null;
}

export interface CancelledLine {
  readonly id: bigint;
  readonly lineId: bigint;
  readonly orderId: bigint;
  readonly productId: string;
  readonly kind: string | undefined;
  readonly quantity: bigint;
  readonly isBeforeCapture: boolean;
  readonly at: Date;
  readonly gross: bigint;
  readonly discount: bigint;
  /** Nothing where the source leaves it to be worked out. */
  readonly tax: bigint | undefined;
}

export interface Refund {
  readonly id: bigint;
  readonly orderId: bigint;
  readonly currency: string | null;
  readonly at: Date;
  readonly amount: bigint;
  readonly shipping: bigint;
  readonly shippingTax: bigint;
}

export interface RefundLine {
  readonly id: bigint;
  readonly refundId: bigint;
  readonly orderId: bigint;
  readonly lineId: bigint;
  readonly quantity: bigint;
  readonly goods: bigint;
  readonly tax: bigint;
  readonly isUnsent: boolean;
  readonly at: Date;
}

/** A payment transaction, also one of an order that is gone. */
export interface Payment {
  readonly source: Source;
  readonly id: bigint;
  readonly orderId: bigint;
  readonly kind: string;
  readonly method: string | null;
  readonly status: string | null;
  readonly amount: bigint;
  readonly currency: string | null;
  /** What the processor calls the purchase. */
  readonly ref: string | null;
  readonly at: Date;
}

/** Money that came in. */
export interface Capture {
  readonly orderId: bigint;
  readonly currency: string | null;
  readonly at: Date;
  readonly amount: bigint;
}

export interface Shipment {
  readonly source: Source;
  readonly id: bigint;
  readonly orderId: bigint;
  readonly carrier: string | null;
  readonly status: string;
  readonly promisedAt: Date | null;
  readonly shippedAt: Date | null;
  readonly deliveredAt: Date | null;
}

export interface Packed {
  readonly shipmentId: bigint;
  readonly lineId: bigint;
  readonly quantity: bigint;
}

/** Sales of two sources as one. */
export function bothOf(one: Sales, other: Sales): Sales {
  return {
    orders: [...one.orders, ...other.orders],
    lines: [...one.lines, ...other.lines],
    cancelled: [...one.cancelled, ...other.cancelled],
    refunds: [...one.refunds, ...other.refunds],
    refundLines: [...one.refundLines, ...other.refundLines],
    captures: [...one.captures, ...other.captures],
    payments: [...one.payments, ...other.payments],
    shipments: [...one.shipments, ...other.shipments],
    packed: [...one.packed, ...other.packed],
  };
}
