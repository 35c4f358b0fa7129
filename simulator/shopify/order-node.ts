import { personal } from './access.ts';
import { connectList } from './connection.ts';
import type { PageArgs } from './connection.ts';
import { gid, identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { customerNode } from './customer-node.ts';
import { fulfillmentNode } from './fulfillment-node.ts';
import { attributes, lineNode, taxLines } from './line-node.ts';
import { metafieldsOf } from './metafields.ts';
import { bag, cents } from './money.ts';
import type { MoneyBag } from './money.ts';
import { currentTotals, financialStatus, paidTotals, placedTotals } from './order-totals.ts';
import type { OrderTotals } from './order-totals.ts';
import { noEvents, withPlanted } from './product-node.ts';
import { refundNode } from './refund-node.ts';
import { dateTime, dateTimeOrNull } from './rows.ts';
import type { LineRow, OrderRow, PaymentRow } from './rows.ts';
import { gatewayOf, transactionNode } from './transaction-node.ts';

const fulfillmentStatus: Readonly<Record<string, string>> = {
  partly_shipped: 'PARTIALLY_FULFILLED',
  shipped: 'FULFILLED',
  delivered: 'FULFILLED',
};

const cancelReasons: Readonly<Record<string, string>> = {
  'customer request': 'CUSTOMER',
  'out of stock': 'INVENTORY',
  'suspected fraud': 'FRAUD',
};

interface Limit {
  readonly first?: number | null;
}

/** An order of the API, with what belongs to it looked up as it is asked for. */
export function orderNode(row: OrderRow, context: ShopifyContext): ApiObject {
  return {
    ...identity('Order', row.id),
    ...facts(row, context),
    ...amounts(row, context),
    ...children(row, context),
  };
}

function facts(row: OrderRow, context: ShopifyContext): object {
  const { access, loaders, plant } = context;
  const isClosed = row.status === 'delivered' || row.status === 'cancelled';
  const address = (): object | null => (row.ship_country === null ? null : addressNode(row, context));
  return {
    name: row.order_number,
    number: Number(/(\d+)$/.exec(row.order_number)?.[1] ?? 0),
    createdAt: dateTime(row.placed_at),
    processedAt: dateTime(row.placed_at),
    updatedAt: dateTime(row.updated_at),
    cancelledAt: dateTimeOrNull(row.cancelled_at),
    cancelReason: async () => {
      if (row.cancelled_at === null) return null;
      const reason = (await loaders.cancelled.get(row.id))?.at(-1)?.reason ?? '';
      return cancelReasons[reason] ?? 'OTHER';
    },
    closed: isClosed,
    closedAt: isClosed ? dateTime(row.updated_at) : null,
    confirmed: true,
    currencyCode: row.currency,
    presentmentCurrencyCode: row.currency,
    customer: async () => {
      const customer = row.customer_id === null ? undefined : await loaders.customers.get(row.customer_id);
      return customer === undefined ? null : customerNode(customer, context);
    },
    email: async () => {
      const customer = row.customer_id === null ? undefined : await loaders.customers.get(row.customer_id);
      return personal(access, 'email', customer?.email ?? null)();
    },
    phone: personal(access, 'phone', null),
    clientIp: null,
    note: () => plant('Order.note') ?? null,
    customAttributes: () =>
      attributes('Order.customAttributes', [{ key: 'channel', value: 'storefront' }], context),
    tags: () => withPlanted('Order.tags', [], context),
    test: row.is_test,
    edited: false,
    sourceName: 'web',
    discountCodes: () => withPlanted('Order.discountCodes', [], context),
    taxesIncluded: false,
    shippingAddress: () => personal(access, 'shippingAddress', address())(),
    billingAddress: () => personal(access, 'billingAddress', address())(),
    displayFulfillmentStatus: fulfillmentStatus[row.status] ?? 'UNFULFILLED',
    metafields: (args: PageArgs) =>
      metafieldsOf('Order', { id: row.id, created: row.placed_at, updated: row.updated_at }, args, context),
    events: noEvents,
  };
}

function addressNode(row: OrderRow, { plant }: ShopifyContext): object {
  return {
    id: `${gid('MailingAddress', row.id)}?model_name=Address`,
    address1: plant('MailingAddress.address1') ?? null,
    address2: plant('MailingAddress.address2') ?? null,
    company: plant('MailingAddress.company') ?? null,
    country: row.ship_country,
    countryCodeV2: row.ship_country,
  };
}

function amounts(row: OrderRow, context: ShopifyContext): object {
  const { loaders } = context;
  const { currency } = row;
  const lines = async (): Promise<readonly LineRow[]> => (await loaders.lines.get(row.id)) ?? [];
  const payments = async (): Promise<readonly PaymentRow[]> => (await loaders.payments.get(row.id)) ?? [];
  const placed = (field: keyof ReturnType<typeof placedTotals>) => async (): Promise<MoneyBag> =>
    bag(placedTotals(row, await lines())[field], currency);
  const current = (field: keyof OrderTotals) => async (): Promise<MoneyBag> =>
    bag((await standing(row, context))[field], currency);
  const paid = (of: (totals: ReturnType<typeof paidTotals>) => number) => async (): Promise<MoneyBag> =>
    bag(of(paidTotals(await payments())), currency);
  return {
    displayFinancialStatus: async () => financialStatus(await payments(), row.status === 'cancelled'),
    fullyPaid: async () => paidTotals(await payments()).received > 0,
    paymentGatewayNames: async () => [
      ...new Set((await payments()).map((each) => gatewayOf(each.method).gateway)),
    ],
    taxLines: async () => {
      const { tax, subtotal } = placedTotals(row, await lines());
      return taxLines(tax, subtotal, currency);
    },
    originalTotalPriceSet: placed('total'),
    subtotalPriceSet: placed('subtotal'),
    totalDiscountsSet: placed('discounts'),
    totalTaxSet: placed('tax'),
    totalShippingPriceSet: placed('shipping'),
    totalPriceSet: placed('total'),
    currentSubtotalPriceSet: current('currentSubtotal'),
    currentTotalTaxSet: current('currentTax'),
    currentShippingPriceSet: current('currentShipping'),
    currentTotalPriceSet: current('currentTotal'),
    totalReceivedSet: paid(({ received }) => received),
    totalRefundedSet: paid(({ refunded }) => refunded),
    netPaymentSet: paid(({ received, refunded }) => received - refunded),
    totalRefundedShippingSet: async () => {
      const refunds = (await loaders.refunds.get(row.id)) ?? [];
      return bag(
        refunds.reduce((sum, each) => sum + cents(each.shipping_amount), 0),
        currency,
      );
    },
    totalOutstandingSet: async () => {
      const { received, refunded } = paidTotals(await payments());
      return bag(Math.max(0, (await standing(row, context)).currentTotal - (received - refunded)), currency);
    },
  };
}

async function standing(row: OrderRow, { loaders }: ShopifyContext): Promise<OrderTotals> {
  const [lines, cancelled, refundLines, refunds] = await Promise.all([
    loaders.lines.get(row.id),
    loaders.cancelled.get(row.id),
    loaders.refundLines.get(row.id),
    loaders.refunds.get(row.id),
  ]);
  return currentTotals(row, lines ?? [], {
    cancelled: cancelled ?? [],
    refundLines: refundLines ?? [],
    refunds: refunds ?? [],
  });
}

function children(row: OrderRow, context: ShopifyContext): object {
  const { loaders } = context;
  const lines = async (): Promise<readonly LineRow[]> => (await loaders.lines.get(row.id)) ?? [];
  const toLine = (line: LineRow): ReturnType<typeof lineNode> => lineNode(line, row, context);
  const node = (): unknown => orderNode(row, context);
  const transactions = async (): Promise<readonly ApiObject[]> => {
    const payments = (await loaders.payments.get(row.id)) ?? [];
    return payments.map((each) => transactionNode(each, payments, node, row, context));
  };
  const units = async (): Promise<number> => (await lines()).reduce((sum, line) => sum + line.quantity, 0);
  return {
    lineItems: async (args: PageArgs) => connectList((await lines()).map(toLine), args, context.isBulk),
    transactions: async (args: Limit) => limited(await transactions(), args),
    refunds: async (args: Limit) => {
      const order = { node, lines, lineNode: toLine, transactions };
      const refunds = (await loaders.refunds.get(row.id)) ?? [];
      return limited(refunds, args).map((each) => refundNode(each, order, context));
    },
    fulfillments: async (args: Limit) => {
      const [shipments, all] = await Promise.all([loaders.shipments.get(row.id), lines()]);
      const parts = { lines: all, lineNode: toLine };
      return limited(shipments ?? [], args).map((each, index) =>
        fulfillmentNode(each, index + 1, row, parts, context),
      );
    },
    subtotalLineItemsQuantity: units,
    currentSubtotalLineItemsQuantity: async () => {
      const [cancelled, refundLines] = await Promise.all([
        loaders.cancelled.get(row.id),
        loaders.refundLines.get(row.id),
      ]);
      const gone = [...(cancelled ?? []), ...(refundLines ?? [])];
      return (await units()) - gone.reduce((sum, each) => sum + each.quantity, 0);
    },
  };
}

function limited<Item>(items: readonly Item[], { first }: Limit): readonly Item[] {
  return first === undefined || first === null ? items : items.slice(0, first);
}
