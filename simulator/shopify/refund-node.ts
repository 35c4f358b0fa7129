import { connectList } from './connection.ts';
import type { PageArgs } from './connection.ts';
import { gid, identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { bag, cents } from './money.ts';
import { dateTime } from './rows.ts';
import type { CancelledRow, LineRow, RefundLineRow, RefundRow } from './rows.ts';

/** The order a refund belongs to, as far as its nodes need it. */
export interface RefundedOrder {
  readonly node: () => unknown;
  readonly lines: () => Promise<readonly LineRow[]>;
  readonly lineNode: (row: LineRow) => ApiObject;
  readonly transactions: () => Promise<readonly ApiObject[]>;
}

const restockTypes = { return: 'RETURN', cancel: 'CANCEL', no_restock: 'NO_RESTOCK' } as const;

/** Refund lines of cancellations get numbers of their own, apart from those of returns. */
const firstCancelledId = 10_000_000_000n;

/** A refund as the API shows it. A refund for a cancellation after capture has the cancelled units as its lines. */
export function refundNode(row: RefundRow, order: RefundedOrder, context: ShopifyContext): ApiObject {
  const shippingCents = cents(row.shipping_amount);
  return {
    ...identity('Refund', row.id),
    createdAt: dateTime(row.refunded_at),
    processedAt: dateTime(row.refunded_at),
    updatedAt: dateTime(row.refunded_at),
    note: () => context.plant('Refund.note') ?? row.reason,
    order: order.node,
    totalRefundedSet: bag(cents(row.amount), row.currency),
    refundLineItems: async (args: PageArgs) =>
      connectList(await refundLines(row, order, context), args, context.isBulk),
    refundShippingLines: (args: PageArgs) =>
      connectList(
        shippingCents === 0 ? [] : [shippingLine(row.id, shippingCents, row.currency)],
        args,
        context.isBulk,
      ),
    transactions: async (args: PageArgs) => {
      const all = await order.transactions();
      const id = gid('OrderTransaction', row.payment_id ?? '');
      return connectList(
        all.filter((each) => each.id === id),
        args,
        context.isBulk,
      );
    },
  };
}

function shippingLine(id: string, amount: number, currency: string): ApiObject {
  return {
    ...identity('RefundShippingLine', id),
    subtotalAmountSet: bag(amount, currency),
    taxAmountSet: bag(0, currency),
  };
}

interface TakenBack {
  readonly id: string;
  readonly lineId: string;
  readonly quantity: number;
  readonly subtotalCents: number;
  readonly taxCents: number;
  readonly restockType: (typeof restockTypes)[keyof typeof restockTypes];
}

async function refundLines(
  row: RefundRow,
  order: RefundedOrder,
  { loaders }: ShopifyContext,
): Promise<readonly ApiObject[]> {
  const [returned, cancelled, lines] = await Promise.all([
    loaders.refundLines.get(row.order_id),
    loaders.cancelled.get(row.order_id),
    order.lines(),
  ]);
  const taken = [
    ...(returned ?? []).filter((each) => each.refund_id === row.id).map(fromReturn),
    ...(cancelled ?? [])
      .filter((each) => row.cancellation_id !== null && each.cancellation_id === row.cancellation_id)
      .map(fromCancellation),
  ];
  return taken.flatMap((each) => {
    const line = lines.find((candidate) => candidate.id === each.lineId);
    return line === undefined ? [] : [refundApiObject(each, order.lineNode(line), row.currency)];
  });
}

function fromReturn(row: RefundLineRow): TakenBack {
  return {
    id: row.id,
    lineId: row.order_line_id,
    quantity: row.quantity,
    subtotalCents: cents(row.amount),
    taxCents: cents(row.tax_amount),
    restockType: restockTypes[row.restock_type],
  };
}

function fromCancellation(row: CancelledRow): TakenBack {
  return {
    id: String(firstCancelledId + BigInt(row.id)),
    lineId: row.order_line_id,
    quantity: row.quantity,
    subtotalCents: cents(row.net),
    taxCents: cents(row.tax),
    restockType: 'CANCEL',
  };
}

function refundApiObject(taken: TakenBack, lineItem: ApiObject, currency: string): ApiObject {
  return {
    ...identity('RefundLineItem', taken.id),
    lineItem,
    quantity: taken.quantity,
    restockType: taken.restockType,
    restocked: taken.restockType !== 'NO_RESTOCK',
    priceSet: bag(Math.round(taken.subtotalCents / taken.quantity), currency),
    subtotalSet: bag(taken.subtotalCents, currency),
    totalTaxSet: bag(taken.taxCents, currency),
  };
}
