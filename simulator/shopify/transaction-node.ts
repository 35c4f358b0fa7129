import { dateTime } from './rows.ts';
import type { OrderRow, PaymentRow } from './rows.ts';
import { identity } from './context.ts';
import type { ApiObject, ShopifyContext } from './context.ts';
import { bag, cents } from './money.ts';

const kindOf = {
  authorisation: 'AUTHORIZATION',
  capture: 'CAPTURE',
  void: 'VOID',
  refund: 'REFUND',
} as const;

const statusOf = { pending: 'PENDING', succeeded: 'SUCCESS', failed: 'FAILURE' } as const;

/** What each kind of transaction follows. */
const parentKind: Partial<Record<PaymentRow['kind'], PaymentRow['kind']>> = {
  capture: 'authorisation',
  void: 'authorisation',
  refund: 'capture',
};

const gateways: Readonly<Record<string, { readonly gateway: string; readonly name: string }>> = {
  card: { gateway: 'shopify_payments', name: 'Shopify Payments' },
  apple_pay: { gateway: 'shopify_payments', name: 'Shopify Payments' },
  paypal: { gateway: 'paypal', name: 'PayPal Express Checkout' },
  gift_card: { gateway: 'gift_card', name: 'Gift card' },
};

/** How money moves for a method of payment. */
export function gatewayOf(method: string): { readonly gateway: string; readonly name: string } {
  return gateways[method] ?? { gateway: method, name: method };
}

/** A payment as an OrderTransaction; `siblings` are all payments of the order. */
export function transactionNode(
  row: PaymentRow,
  siblings: readonly PaymentRow[],
  order: () => unknown,
  orderRow: OrderRow,
  context: ShopifyContext,
): ApiObject {
  const { gateway, name } = gatewayOf(row.method);
  const parent = siblings.find(
    (each) => each.kind === parentKind[row.kind] && each.processor_ref === row.processor_ref,
  );
  const maskedNumber = row.card_last4 === null ? null : `•••• •••• •••• ${row.card_last4}`;
  return {
    ...identity('OrderTransaction', row.id),
    kind: kindOf[row.kind],
    status: statusOf[row.status],
    gateway,
    formattedGateway: name,
    amountSet: bag(cents(row.amount), row.currency),
    createdAt: dateTime(row.created_at),
    processedAt: dateTime(row.created_at),
    test: orderRow.is_test,
    paymentId: row.processor_ref,
    parentTransaction: () =>
      parent === undefined ? null : transactionNode(parent, siblings, order, orderRow, context),
    order,
    accountNumber: () => context.plant('OrderTransaction.accountNumber') ?? maskedNumber,
    authorizationCode: () => context.plant('OrderTransaction.authorizationCode') ?? null,
    paymentDetails: () => (row.card_last4 === null ? null : cardDetails(row, context)),
    receiptJson: () => context.plant('OrderTransaction.receiptJson') ?? '{}',
  };
}

function cardDetails(row: PaymentRow, { plant }: ShopifyContext): object {
  return {
    __typename: 'CardPaymentDetails',
    bin: plant('CardPaymentDetails.bin') ?? null,
    company: row.card_brand,
    expirationMonth: null,
    expirationYear: null,
    name: plant('CardPaymentDetails.name') ?? null,
    number: plant('CardPaymentDetails.number') ?? `•••• •••• •••• ${row.card_last4}`,
    avsResultCode: null,
    cvvResultCode: null,
    paymentMethodName: 'card',
  };
}
