import { createHash } from 'node:crypto';
import type { Random } from '../world/random.ts';
import type { ActionContext, OrderAction } from './action.ts';
import type { Change, Payment } from './rows.ts';
import { dueCents, sum, wantedUnits } from './state.ts';
import type { OrderSummary } from './state.ts';

const methods = [
  { name: 'card', weight: 68, hasCard: true },
  { name: 'apple_pay', weight: 12, hasCard: true },
  { name: 'paypal', weight: 15, hasCard: false },
  { name: 'gift_card', weight: 5, hasCard: false },
] as const;

const cardBrands = [
  { name: 'visa', prefix: '424242', weight: 55 },
  { name: 'mastercard', prefix: '555555', weight: 35 },
  { name: 'discover', prefix: '601111', weight: 10 },
] as const;

type Card = Pick<Payment, 'cardBrand' | 'cardLast4' | 'cardFingerprint'>;

const noCard: Card = { cardBrand: null, cardLast4: null, cardFingerprint: null };

/** Whether money can still be asked for: something is left to pay for, and nobody has reserved it. */
function isUnpaid(summary: OrderSummary): boolean {
  return !summary.isCaptured && summary.authorisation === undefined && sum(summary.lines, wantedUnits) > 0;
}

/** What customers and the processor do about money before anything is sent. */
export const paymentActions: readonly OrderAction[] = [
  {
    name: 'pay',
    weight: (summary) => (isUnpaid(summary) ? 80 : 0),
    run: (summary, context) => {
      const authorised = authorisation(summary, context, 'succeeded');
      return [insert(authorised), insert(following(authorised, 'capture', dueCents(summary), context))];
    },
  },
  {
    name: 'authorise',
    weight: (summary) => (isUnpaid(summary) ? 10 : 0),
    run: (summary, context) => [insert(authorisation(summary, context, 'succeeded'))],
  },
  {
    name: 'fail to authorise',
    weight: (summary) => (isUnpaid(summary) ? 5 : 0),
    run: (summary, context) => [insert(authorisation(summary, context, 'failed'))],
  },
  {
    name: 'capture',
    weight: (summary) =>
      summary.authorisation !== undefined && sum(summary.lines, wantedUnits) > 0 ? 80 : 0,
    run: (summary, context) =>
      summary.authorisation === undefined
        ? []
        : [insert(following(summary.authorisation, 'capture', dueCents(summary), context))],
  },
];

/** Gives a reservation back; for cancelling an order before capture. */
export function voidPayment(authorised: Payment, context: ActionContext): Change {
  return insert(following(authorised, 'void', authorised.amountCents, context));
}

/** The processor's side of a refund, on the method that was charged. */
export function refundPayment(summary: OrderSummary, amountCents: number, context: ActionContext): Payment {
  const captured = summary.state.payments.find((each) => each.kind === 'capture');
  if (captured === undefined) throw new TypeError(`order ${summary.order.id} was never charged`);
  return following(captured, 'refund', amountCents, context);
}

function authorisation(
  summary: OrderSummary,
  context: ActionContext,
  status: 'succeeded' | 'failed',
): Payment {
  const method = context.random.weighted(methods, (each) => each.weight) ?? methods[0];
  const id = context.nextId('payments');
  return {
    id,
    orderId: summary.order.id,
    kind: 'authorisation',
    method: method.name,
    status,
    amountCents: dueCents(summary),
    currency: summary.order.currency,
    processorRef: `pi_${id.toString(36).padStart(12, '0')}`,
    ...(method.hasCard ? testCard(context.random) : noCard),
    createdAt: context.now,
    updatedAt: context.now,
  };
}

function following(
  first: Payment,
  kind: 'capture' | 'void' | 'refund',
  amountCents: number,
  context: ActionContext,
): Payment {
  const id = context.nextId('payments');
  return {
    ...first,
    id,
    kind,
    status: 'succeeded',
    amountCents,
    createdAt: context.now,
    updatedAt: context.now,
  };
}

function insert(row: Payment): Change {
  return { op: 'insert', table: 'payments', row };
}

/**
 * A card in the processors' published test ranges, with a right check digit. Only its last four digits and a
 * fingerprint are kept; both can be searched for wherever card data must not be.
 */
function testCard(random: Random): Card {
  const brand = random.weighted(cardBrands, (each) => each.weight) ?? cardBrands[0];
  const digits = `${brand.prefix}${String(random.integer(0, 999_999_999)).padStart(9, '0')}`;
  const number = `${digits}${luhnCheckDigit(digits)}`;
  return {
    cardBrand: brand.name,
    cardLast4: number.slice(-4),
    cardFingerprint: `fp_canary_${createHash('sha1').update(number).digest('hex').slice(0, 16)}`,
  };
}

/** The digit that makes a card number pass the Luhn check. */
export function luhnCheckDigit(digits: string): number {
  const total = Array.from(digits)
    .reverse()
    .reduce((sum, digit, index) => {
      const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return sum + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return (10 - (total % 10)) % 10;
}
