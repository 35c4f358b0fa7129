import fc from 'fast-check';
import { apiRemoval } from './api-rows.ts';
import type { ApiEntry } from './api-rows.ts';
import {
  gid,
  moneyBag,
  shopifyFulfillment,
  shopifyFulfillmentLine,
  shopifyLine,
  shopifyOrder,
  shopifyRefund,
  shopifyRefundLine,
  shopifyTransaction,
  taxLine,
} from './shopify-rows.ts';

/** Ids of the shop's log are below 10: orders 1 to 5 are in both, those from 6 on at Shopify alone. */
const orderIds = [4, 5, 6, 7, 8] as const;

/** One reading of an order: what the API shows of it at that moment, with all that is below it. */
interface Reading {
  readonly orderId: number;
  readonly customer: number | null;
  readonly lines: number;
  readonly left: number;
  readonly product: number | null;
  readonly isGiftCard: boolean;
  readonly isCancelled: boolean;
  readonly isTaxIncluded: boolean;
  readonly discount: string;
  readonly refund: 'none' | 'cash' | 'goods';
  readonly parcel: 'none' | 'sent' | 'delivered' | 'back';
  readonly isGone: boolean;
}

const reading: fc.Arbitrary<Reading> = fc.record({
  orderId: fc.constantFrom(...orderIds),
  customer: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
  lines: fc.integer({ min: 1, max: 3 }),
  left: fc.integer({ min: 0, max: 2 }),
  product: fc.constantFrom(1, 2, 3),
  isGiftCard: fc.constantFrom(false, false, false, true),
  isCancelled: fc.constantFrom(false, false, false, true),
  isTaxIncluded: fc.boolean(),
  discount: fc.constantFrom('0.00', '0.10', '7.77'),
  refund: fc.constantFrom('none', 'none', 'cash', 'goods'),
  parcel: fc.constantFrom('none', 'sent', 'delivered', 'back'),
  isGone: fc.constantFrom(false, false, false, false, true),
});

function childrenOf(position: number, read: Reading): ApiEntry[] {
  const { orderId, refund, parcel } = read;
  const id = orderId * 100;
  const of = { orderId, lineId: id + 1 };
  const parcels = { none: undefined, sent: 'SUCCESS', delivered: 'SUCCESS', back: 'CANCELLED' } as const;
  const status = parcels[parcel];
  return [
    ...Array.from({ length: read.lines }, (_, index) =>
      shopifyLine(position, id + index + 1, orderId, {
        currentQuantity: index === 0 ? read.left : 2,
        isGiftCard: read.isGiftCard && index === 1,
        product: read.product === null ? null : { id: gid('Product', read.product) },
        taxLines: [taxLine('1.11')],
      }),
    ),
    shopifyTransaction(position, id + 1, orderId, { status: read.left > 1 ? 'PENDING' : 'SUCCESS' }),
    ...(refund === 'none'
      ? []
      : [
          shopifyRefund(position, id + 1, orderId, {
            refundShippingLines: [{ subtotalAmountSet: moneyBag('1.00'), taxAmountSet: moneyBag('0.20') }],
          }),
        ]),
    ...(refund === 'goods' ? [shopifyRefundLine(position, id + 1, { ...of, refundId: id + 1 })] : []),
    ...(status === undefined
      ? []
      : [
          shopifyFulfillment(position, id + 1, orderId, {
            status,
            deliveredAt: parcel === 'delivered' ? '2026-03-11T00:00:00Z' : null,
          }),
          shopifyFulfillmentLine(position, id + 1, { ...of, shipmentId: id + 1 }),
        ]),
  ];
}

function entriesOf(position: number, read: Reading): ApiEntry[] {
  if (read.isGone) return [apiRemoval('shopify', 'orders', position, gid('Order', read.orderId))];
  return [
    shopifyOrder(position, read.orderId, {
      customer: read.customer === null ? null : { id: gid('Customer', read.customer) },
      cancelledAt: read.isCancelled ? '2026-03-10T00:00:02Z' : null,
      taxesIncluded: read.isTaxIncluded,
      totalDiscountsSet: moneyBag(read.discount),
      totalTaxSet: moneyBag('4.00'),
      totalShippingPriceSet: moneyBag('5.00'),
    }),
    ...childrenOf(position, read),
  ];
}

/** A log of orders at Shopify, each reading with rows of its own; what is deleted may be read again later. */
export function shopifyLog(length: {
  readonly min: number;
  readonly max: number;
}): fc.Arbitrary<ApiEntry[][]> {
  return fc
    .array(reading, { minLength: length.min, maxLength: length.max })
    .map((readings) => readings.map((read, index) => entriesOf(index + 1, read)));
}
