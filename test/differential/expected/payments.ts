import { customerKeys } from './orders.ts';
import type { Dimensions } from './dimensions.ts';
import { matchesOf } from './matches.ts';
import type { Matches } from './matches.ts';
import type { Payment, Sales } from './sales.ts';
import { isMethod } from './small-dimensions.ts';
import { groupOf } from './stripe-account.ts';
import type { Account, StripeMovement, StripeObject } from './stripe-account.ts';
import { dayOf, hashKey } from './values.ts';
import type { MartRow } from './values.ts';

/** A payment transaction before it is told with its order. */
interface Transaction {
  readonly ref: string;
  readonly source: string;
  readonly paymentId: bigint | null;
  readonly groupId: bigint;
  readonly orderId: bigint | null;
  readonly kind: string;
  readonly method: string | null;
  readonly status: string | null;
  readonly currency: string | null;
  readonly amount: bigint;
  readonly cash: bigint;
  readonly movement: StripeMovement | undefined;
  /** What of the movement is this row's. */
  readonly isFee: boolean;
  readonly chargeId: string | null;
  readonly card: StripeObject | undefined;
  readonly at: Date;
}

/** Payment transactions of the shops, each with what it came to at Stripe, and what only Stripe knows. */
export function fctPayments(sales: Sales, dimensions: Dimensions, account: Account): readonly MartRow[] {
  const keysOf = customerKeys(dimensions);
  const orders = new Map(sales.orders.map((order) => [order.id, order]));
  const matches = matchesOf(account, sales.payments);
  const all = [
    ...sales.payments.map((payment) => shopTransaction(payment, matches, account)),
    ...movementTransactions(account, matches),
    ...objectTransactions(account, matches),
  ];
  return all.map((row) => {
    const order = row.orderId === null ? undefined : orders.get(row.orderId);
    const { movement } = row;
    const own = row.isFee || movement === undefined ? null : ownOf(movement);
    return {
      payment_key: hashKey(row.ref),
      payment_ref: row.ref,
      source_system: row.source,
      payment_id: row.paymentId,
      payment_group_id: row.groupId,
      order_key: order === undefined ? -1n : hashKey(order.id),
      order_id: row.orderId,
      ...keysOf(order?.customerId ?? null, order?.placedAt ?? row.at),
      kind: row.kind,
      method: row.method,
      payment_method_key: methodKey(row),
      status: row.status,
      channel: order === undefined ? 'Unknown' : order.channel,
      currency: row.currency,
      is_test: order?.isTest ?? false,
      amount_minor: row.amount,
      cash_minor: row.cash,
      processor_minor: own?.amount ?? null,
      processor_currency: own?.currency ?? null,
      balance_minor: movement === undefined ? null : row.isFee ? -movement.fee : movement.amount,
      fee_minor: movement === undefined || row.isFee ? null : movement.fee,
      net_minor: movement === undefined || row.isFee ? null : movement.amount - movement.fee,
      balance_currency: movement?.currency ?? null,
      processor_charge_id: row.chargeId,
      balance_transaction_id: movement?.id ?? null,
      payout_id: movement?.payoutId ?? null,
      card_brand: row.card?.brand ?? null,
      card_country: row.card?.country ?? null,
      created_at: row.at,
      available_at: movement?.availableAt ?? null,
      payment_date: dayOf(row.at),
    };
  });
}

function methodKey({ method, kind }: Transaction): bigint {
  if (isMethod(method)) return hashKey(method);
  return kind === 'adjustment' ? -2n : -1n;
}

/** What moved in the currency of what was charged, refunded or disputed: the balance may be kept in another. */
function ownOf({ object, amount, currency }: StripeMovement): {
  readonly amount: bigint;
  readonly currency: string;
} {
  if (object === undefined || object.currency === currency) return { amount, currency };
  const size = object.kind === 'charge' ? object.captured : object.amount;
  const sign = amount < 0n ? -1n : amount > 0n ? 1n : 0n;
  return { amount: sign * size, currency: object.currency };
}

const gone = new Set(['failed', 'canceled']);

function shopTransaction(payment: Payment, matches: Matches, account: Account): Transaction {
  const isShop = payment.source === 'shop';
  const charge = isShop ? chargeOf(payment, account) : undefined;
  const movement = isShop ? matches.movements.get(payment.id) : undefined;
  const refund = isShop ? matches.refunds.get(payment.id) : undefined;
  const hasMoved =
    movement !== undefined || (payment.status === 'succeeded' && !gone.has(refund?.status ?? ''));
  const signs: Readonly<Record<string, bigint>> = { capture: payment.amount, refund: -payment.amount };
  return {
    ref: `${payment.source}:${payment.id}`,
    source: payment.source,
    paymentId: payment.id,
    groupId: payment.orderId,
    orderId: payment.orderId,
    kind: payment.kind,
    method: payment.method,
    status: payment.status,
    currency: payment.currency,
    amount: payment.amount,
    cash: hasMoved ? (signs[payment.kind] ?? 0n) : 0n,
    movement,
    isFee: false,
    chargeId: movement?.object?.chargeId ?? refund?.chargeId ?? charge?.id ?? null,
    card: charge,
    at: payment.at,
  };
}

/** Of several attempts at a payment the one that was paid, and of these the one that was taken, then the last. */
function attemptsOf(account: Account, intent: string | null): readonly StripeObject[] {
  const rank = (each: StripeObject): string =>
    [Number(each.isPaid), Number(each.isCaptured), String(each.at.getTime()).padStart(15, '0'), each.id].join(
      ' ',
    );
  return account.objects
    .filter((each) => each.kind === 'charge' && each.intent === intent)
    .toSorted((one, other) => (rank(one) > rank(other) ? -1 : 1));
}

function chargeOf({ ref, orderId }: Payment, account: Account): StripeObject | undefined {
  if (ref === null) return undefined;
  const [first] = attemptsOf(account, ref);
  return first?.orderId === orderId ? first : undefined;
}

const kinds: Readonly<Record<string, string>> = {
  charge: 'capture',
  refund: 'refund',
  dispute: 'dispute',
  dispute_reversal: 'dispute_reversal',
  refund_failure: 'refund_failure',
  fee: 'fee',
};

const isPayout = new Set(['payout', 'payout_reversal']);

function movementTransactions(account: Account, matches: Matches): readonly Transaction[] {
  const ofShop = new Set([...matches.movements.values()].map(({ id }) => id));
  const refunds = new Set([...matches.refunds.values()].map(({ id }) => id));
  return account.movements
    .filter(({ category }) => !isPayout.has(category))
    .flatMap((movement) => {
      const { object } = movement;
      const kind = kinds[movement.category] ?? 'adjustment';
      const own = ownOf(movement);
      const row: Transaction = {
        ref: `stripe:${movement.id}`,
        source: 'stripe',
        paymentId: null,
        groupId: groupOf(object?.orderId ?? null, object?.id ?? movement.source ?? movement.id),
        orderId: object?.orderId ?? null,
        kind,
        method: object?.method ?? 'unknown',
        status: 'succeeded',
        currency: own.currency,
        amount: kind === 'adjustment' ? own.amount : kind === 'fee' ? -own.amount : size(own.amount),
        cash: own.amount,
        movement,
        isFee: false,
        chargeId: object?.chargeId ?? null,
        card: object,
        at: movement.at,
      };
      const fee: Transaction = {
        ...row,
        ref: `${row.ref}:fee`,
        kind: 'fee',
        currency: movement.currency,
        amount: movement.fee,
        cash: -movement.fee,
        isFee: true,
      };
      const isTold = ofShop.has(movement.id) || (kind === 'refund' && refunds.has(object?.id ?? ''));
      return [...(isTold ? [] : [row]), ...(movement.fee === 0n ? [] : [fee])];
    });
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

const statusOf: Readonly<Record<string, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

/** Attempts that failed, what was never taken, and refunds that moved nothing, where the shop has no row of them. */
function objectTransactions(account: Account, matches: Matches): readonly Transaction[] {
  const moved = new Set(
    account.movements
      .filter(({ category }) => category === 'charge' || category === 'refund')
      .map(({ source }) => source),
  );
  const ofShop = new Set([...matches.refunds.values()].map(({ id }) => id));
  return account.objects
    .filter((each) => {
      if (moved.has(each.id) || ofShop.has(each.id) || each.kind === 'dispute') return false;
      return each.kind === 'refund' || !(each.isKnown && attemptsOf(account, each.intent)[0]?.id === each.id);
    })
    .map((each) => ({
      ref: `stripe:${each.id}`,
      source: 'stripe',
      paymentId: null,
      groupId: groupOf(each.orderId, each.id),
      orderId: each.orderId,
      kind: each.kind === 'refund' ? 'refund' : each.isCaptured ? 'capture' : 'authorisation',
      method: each.method,
      status: statusOf[each.status] ?? 'pending',
      currency: each.currency,
      amount: each.amount,
      cash: each.isCaptured ? each.captured : 0n,
      movement: undefined,
      isFee: false,
      chargeId: each.chargeId,
      card: each,
      at: each.at,
    }));
}
