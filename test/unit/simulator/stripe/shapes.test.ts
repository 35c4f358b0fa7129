import { beforeAll, expect, test } from 'vitest';
import type Stripe from 'stripe';
import type { JsonObject } from '../../../../simulator/saas/json.ts';
import { movements, payoutMovement, refundFailure } from '../../../../simulator/stripe/balance.ts';
import { after, delays } from '../../../../simulator/stripe/calendar.ts';
import { renderCharge } from '../../../../simulator/stripe/charge.ts';
import { renderCustomer, renderDeletedCustomer } from '../../../../simulator/stripe/customer.ts';
import { renderDispute } from '../../../../simulator/stripe/dispute.ts';
import { eventKinds, refundFailedEvent } from '../../../../simulator/stripe/event-kinds.ts';
import { renderEvent } from '../../../../simulator/stripe/event.ts';
import { expand, unexpandable } from '../../../../simulator/stripe/expand.ts';
import { freeText, plantText } from '../../../../simulator/stripe/free-text.ts';
import { renderObject, transactionOrigin } from '../../../../simulator/stripe/objects.ts';
import type { ObjectName, Origin } from '../../../../simulator/stripe/objects.ts';
import { renderPaymentIntent } from '../../../../simulator/stripe/payment-intent.ts';
import { renderPayout } from '../../../../simulator/stripe/payout.ts';
import { purchaseAt } from '../../../../simulator/stripe/purchase.ts';
import { renderRefund } from '../../../../simulator/stripe/refund.ts';
import { renderTransaction } from '../../../../simulator/stripe/transaction.ts';
import { declined, muchLater, noon, payout, purchase, refund, shopper, voided } from './purchases.ts';
import { readStripeTypes } from './type-keys.ts';
import type { Compare } from './type-keys.ts';

let compare: Compare;

const typeOf: Readonly<Record<ObjectName, string>> = {
  charge: 'Charge',
  payment_intent: 'PaymentIntent',
  refund: 'Refund',
  dispute: 'Dispute',
  balance_transaction: 'BalanceTransaction',
  payout: 'Payout',
  customer: 'Customer',
};

beforeAll(() => {
  compare = readStripeTypes([...Object.values(typeOf), 'DeletedCustomer', 'EventBase']);
}, 120_000);

const moved = { key: 102, cents: 1999, currency: 'usd', at: noon };

// The compiler checks values of fields too, which the comparison of keys below cannot do for all of them.
const typed = {
  charges: [purchase, declined, voided].map((each) => renderCharge(each) satisfies Stripe.Charge),
  intents: [purchase, declined, voided].map(
    (each) => renderPaymentIntent(each) satisfies Stripe.PaymentIntent,
  ),
  refund: renderRefund(purchase, refund, muchLater) satisfies Stripe.Refund,
  dispute: renderDispute(purchase, muchLater) satisfies Stripe.Dispute | undefined,
  transactions: [...movements, payoutMovement, refundFailure].map(
    (each) => renderTransaction(each, moved, noon) satisfies Stripe.BalanceTransaction,
  ),
  payout: renderPayout(payout, muchLater) satisfies Stripe.Payout,
  customer: renderCustomer(shopper) satisfies Stripe.Customer,
  deleted: renderDeletedCustomer(shopper) satisfies Stripe.DeletedCustomer,
};

test('objects have the keys of the official types: none is unknown, none is missing', () => {
  const found = [
    ...typed.charges.flatMap((each) => compare(each, 'Charge')),
    ...typed.intents.flatMap((each) => compare(each, 'PaymentIntent')),
    ...[noon, muchLater].flatMap((at) => compare(renderRefund(purchase, refund, at), 'Refund')),
    ...compare(
      renderRefund(purchase, { ...refund, failsAt: null, reason: null, refundId: null }, noon),
      'Refund',
    ),
    ...[11, 16, 50].flatMap((days) =>
      compare(renderDispute(purchase, after(noon, days * 86_400)), 'Dispute'),
    ),
    ...typed.transactions.flatMap((each) => compare(each, 'BalanceTransaction')),
    ...[payout.at, muchLater].flatMap((at) => compare(renderPayout(payout, at), 'Payout')),
    ...compare(typed.customer, 'Customer'),
    ...compare(typed.deleted, 'DeletedCustomer'),
  ];
  expect(found).toEqual([]);
});

test('events have the keys of the official type, and their types are known to it', () => {
  const found = [...eventKinds, refundFailedEvent].flatMap((kind) => {
    const occurrence = { code: kind.code, key: 101, at: noon };
    return compare(renderEvent(kind, occurrence, {}, '2024-06-20'), 'EventBase');
  });
  expect(found).toEqual([]);
  const unheard = { ...eventKinds[0], type: 'charge.unheard' } as (typeof eventKinds)[number];
  const event = renderEvent(unheard, { code: 'x1', key: 1, at: noon }, {}, '2024-06-20');
  expect(compare(event, 'EventBase')).toEqual(['EventBase.type: string']);
});

test('the comparison sees an unknown key, a missing one and a wrong value, at any depth', () => {
  const [charge] = typed.charges;
  if (charge === undefined) throw new TypeError('no charge');
  const { captured: _, ...without } = charge;
  expect(compare(without, 'Charge')).toEqual(['Charge.captured: missing']);
  const { card } = charge.payment_method_details;
  const details = { ...charge.payment_method_details, card: { ...card, number: '4242', exp_year: '2030' } };
  expect(compare({ ...charge, payment_method_details: details }, 'Charge')).toEqual([
    'Charge.payment_method_details.card.number: unknown',
    'Charge.payment_method_details.card.exp_year: string',
  ]);
  expect(compare({ ...charge, created: null }, 'Charge')).toEqual(['Charge.created: null']);
});

const origin: Origin = { at: muchLater, purchase: purchaseAt(purchase, muchLater), refund, payout, shopper };

const expandable: readonly (readonly [ObjectName, string])[] = [
  ['charge', 'balance_transaction.source'],
  ['charge', 'customer'],
  ['charge', 'payment_intent.latest_charge.customer'],
  ['charge', 'refunds'],
  ['payment_intent', 'latest_charge.balance_transaction'],
  ['refund', 'charge.refunds'],
  ['refund', 'balance_transaction.source'],
  ['refund', 'failure_balance_transaction'],
  ['dispute', 'payment_intent'],
  ['payout', 'balance_transaction.source'],
];

test.each(expandable)('what %s names by %s can be put in its place, in the official shape', (name, path) => {
  const object = renderObject(name, origin) ?? {};
  const keys = path.split('.');
  expect(unexpandable(name, keys)).toBeUndefined();
  const expanded = expand(name, { object, origin }, keys, (each) => each);
  expect(compare(expanded, typeOf[name])).toEqual([]);
  const reached = keys.reduce<unknown>((inner, key) => (inner as JsonObject)[key], expanded);
  expect(reached).toMatchObject({ object: expect.any(String) });
  expect(unexpandable(name, ['amount'])).toBe('amount');
});

test('a balance transaction leads back to what moved', () => {
  for (const [name, id] of [
    ['charge', typed.charges[0]?.id],
    ['refund', typed.refund.id],
    ['payout', typed.payout.id],
  ] as const) {
    const from = transactionOrigin(name, origin, false);
    const transaction = from && renderObject('balance_transaction', from);
    const named = renderObject(name, origin)?.['balance_transaction'];
    expect([transaction?.['source'], transaction?.['id']]).toEqual([id, named]);
  }
});

test('texts can be planted in every free-text field of every object, and nowhere else', () => {
  for (const name of Object.keys(typeOf) as ObjectName[]) {
    const withMoved = name === 'balance_transaction' ? transactionOrigin('charge', origin, false) : origin;
    const object = (withMoved && renderObject(name, withMoved)) ?? {};
    const asked: string[] = [];
    const planted = plantText(object, (path) => {
      asked.push(path);
      return `planted in ${path}`;
    });
    expect(asked).toEqual(freeText[name]?.map((path) => `${name}.${path}`));
    const text = JSON.stringify(planted);
    expect(asked.filter((path) => !text.includes(`planted in ${path}`))).toEqual([]);
    expect(compare(planted, typeOf[name])).toEqual([]);
    expect(plantText(object, () => undefined)).toEqual(object);
  }
});

test('money is available two days after the day that it moved, and moves on time', () => {
  const [charge] = movements;
  if (charge === undefined) throw new TypeError('no movements');
  const availableOn = Date.UTC(2026, 0, 7) / 1000;
  expect(renderTransaction(charge, moved, availableOn * 1e6 - 1)).toMatchObject({
    available_on: availableOn,
    status: 'pending',
    fee: 88,
    net: 1911,
  });
  expect(renderTransaction(charge, moved, availableOn * 1e6).status).toBe('available');
  const disputedAt = after(noon, 10 * 86_400);
  expect(renderDispute(purchase, disputedAt - 1)).toBeUndefined();
  expect(renderDispute(purchase, disputedAt)?.status).toBe('needs_response');
  expect(renderDispute(purchase, after(disputedAt, delays.disputeEvidence))?.status).toBe('under_review');
  expect(renderDispute(purchase, after(disputedAt, delays.disputeCloses))).toMatchObject({
    status: 'won',
    balance_transactions: [{ net: -3499 }, { net: 3499 }],
  });
});
