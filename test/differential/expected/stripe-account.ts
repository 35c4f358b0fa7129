import { nowOf } from '../world/objects.ts';
import type { ApiWorld, Data } from '../world/objects.ts';
import type { Payment } from './sales.ts';
import { groupBy, hashKey } from './values.ts';

/** A charge, refund or dispute with the order that it belongs to. */
export interface StripeObject {
  readonly kind: 'charge' | 'refund' | 'dispute';
  readonly id: string;
  readonly chargeId: string | null;
  readonly intent: string | null;
  readonly orderId: bigint | null;
  /** The shop has a payment of it. */
  readonly isKnown: boolean;
  /** The shop's payment that it names. */
  readonly paymentId: bigint | null;
  readonly amount: bigint;
  readonly captured: bigint;
  readonly currency: string;
  readonly status: string;
  readonly isPaid: boolean;
  readonly isCaptured: boolean;
  readonly method: string;
  readonly brand: string | null;
  readonly country: string | null;
  readonly at: Date;
}

/** What moved the balance, in the balance's currency, with what is behind it. */
export interface StripeMovement {
  readonly id: string;
  readonly category: string;
  readonly source: string | null;
  readonly object: StripeObject | undefined;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly currency: string;
  readonly payoutId: string | null;
  readonly at: Date;
  readonly availableAt: Date;
}

export interface Account {
  readonly objects: readonly StripeObject[];
  /** Payouts among them. */
  readonly movements: readonly StripeMovement[];
}

export function textIn(data: Data, field: string): string | null {
  const value = data[field];
  return typeof value === 'string' ? value : null;
}

export function wholeIn(data: Data, field: string): bigint {
  return BigInt(Number(data[field] ?? 0));
}

/** Seconds since 1970. */
export function secondsIn(data: Data, field: string): Date {
  return new Date(Number(data[field]) * 1000);
}

function within(data: Data | undefined, field: string): Data {
  const value: unknown = data?.[field];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A number of ours in somebody else's system; whatever else stands there is none. */
export function referenceIn(data: Data, field: string): bigint | null {
  const value = data[field];
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? BigInt(value) : null;
}

/** The account as it stands; the shop's payments say whose a payment intent is, and of several orders the first. */
export function accountOf(stripe: ApiWorld, payments: readonly Payment[]): Account {
  const ofShop = payments.filter(({ source, ref }) => source === 'shop' && ref !== null);
  const orderOf = new Map(
    [...groupBy(ofShop, ({ ref }) => ref ?? '')].map(([ref, rows]) => [
      ref,
      rows.map(({ orderId }) => orderId).reduce((one, other) => (one < other ? one : other)),
    ]),
  );
  const charges = nowOf(stripe, 'charges');
  const objects = (['charge', 'refund', 'dispute'] as const).flatMap((kind) =>
    [...nowOf(stripe, `${kind}s`).values()].map((data) => {
      const charge = kind === 'charge' ? data : charges.get(textIn(data, 'charge') ?? '');
      return objectOf(kind, data, charge, orderOf);
    }),
  );
  const byId = new Map(objects.map((each) => [each.id, each]));
  const paidOut = nowOf(stripe, 'payout_transactions');
  const movements = [...nowOf(stripe, 'balance_transactions').values()].map((data): StripeMovement => {
    const id = textIn(data, 'id') ?? '';
    const source = textIn(data, 'source');
    return {
      id,
      category: textIn(data, 'reporting_category') ?? '',
      source,
      object: byId.get(source ?? ''),
      amount: wholeIn(data, 'amount'),
      fee: wholeIn(data, 'fee'),
      currency: textIn(data, 'currency')?.toUpperCase() ?? '',
      payoutId: textIn(paidOut.get(id) ?? {}, 'payout'),
      at: secondsIn(data, 'created'),
      availableAt: secondsIn(data, 'available_on'),
    };
  });
  return { objects, movements };
}

function objectOf(
  kind: StripeObject['kind'],
  data: Data,
  charge: Data | undefined,
  orderOf: ReadonlyMap<string, bigint>,
): StripeObject {
  const id = textIn(data, 'id') ?? '';
  const isCharge = kind === 'charge';
  const intent = textIn(data, 'payment_intent') ?? textIn(charge ?? {}, 'payment_intent');
  const shops = orderOf.get(intent ?? '');
  const card = within(within(charge, 'payment_method_details'), 'card');
  const named = referenceIn(within(data, 'metadata'), 'order_id');
  return {
    kind,
    id,
    chargeId: isCharge ? id : textIn(data, 'charge'),
    intent,
    orderId: shops ?? named ?? referenceIn(within(charge, 'metadata'), 'order_id'),
    isKnown: shops !== undefined,
    paymentId: kind === 'dispute' ? null : referenceIn(within(data, 'metadata'), 'payment_id'),
    amount: wholeIn(data, 'amount'),
    captured: isCharge ? wholeIn(data, 'amount_captured') : 0n,
    currency: textIn(data, 'currency')?.toUpperCase() ?? '',
    status: textIn(data, 'status') ?? '',
    isPaid: isCharge && data['paid'] === true,
    isCaptured: isCharge && data['captured'] === true,
    method: textIn(within(card, 'wallet'), 'type') ?? 'card',
    brand: textIn(card, 'brand'),
    country: textIn(card, 'country'),
    at: secondsIn(data, 'created'),
  };
}

/** What is worked out together: an order, or what nobody names an order of for itself. */
export function groupOf(orderId: bigint | null, id: string): bigint {
  return orderId ?? -hashKey(id);
}

/** In the order of their times, of one time in the order of ids. */
export function inTime<Item extends { readonly at: Date; readonly id: string | bigint }>(
  items: readonly Item[],
): readonly Item[] {
  return items.toSorted(
    (one, other) =>
      one.at.getTime() - other.at.getTime() || (one.id < other.id ? -1 : Number(one.id > other.id)),
  );
}
