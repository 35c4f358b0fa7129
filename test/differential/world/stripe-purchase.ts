import type { Random } from '../../../simulator/world/random.ts';
import type { Fields } from './changes.ts';
import { either, secondOf, seen } from './objects.ts';
import type { Data, SeenObject } from './objects.ts';

/** In which currency a charge reaches the balance, and how many of its minor units one of the charge is. */
export interface Settlement {
  readonly currency: string;
  readonly rate: number;
}

/** What moved the balance, with the object that says so. */
export interface Movement {
  readonly id: string;
  readonly source: string | null;
  readonly category: string;
  /** In the currency of the balance. */
  readonly amount: number;
  readonly fee: number;
  readonly currency: string;
  readonly rate: number;
  readonly at: number;
}

/** What Stripe has of one purchase. */
export interface Purchase {
  readonly objects: readonly SeenObject[];
  readonly movements: readonly Movement[];
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Euros have a balance of their own now and then; everything else is converted to dollars. */
export function settlementOf(currency: string, random: Random): Settlement {
  if (currency === 'usd') return { currency, rate: 1 };
  if (currency === 'jpy') return { currency: 'usd', rate: 0.67 };
  return either(random, 0.5, { currency, rate: 1 }, { currency: 'usd', rate: 1.0873 });
}

/** The shop's amount in minor units. */
export function minorOf({ amount, currency }: Fields): number {
  return currency === 'JPY' ? Math.round(Number(amount)) : Math.round(Number(amount) * 100);
}

/** What a charge is of. */
export interface ChargeOf {
  readonly id: string;
  readonly intent: string;
  readonly at: number;
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Data;
  /** What was taken of it, and when. */
  readonly captured?: { readonly amount: number; readonly at: number } | undefined;
  readonly isFailed?: boolean;
}

const brands = ['visa', 'mastercard', 'amex'] as const;

export function chargeObject(of: ChargeOf, random: Random): SeenObject {
  const { captured, isFailed = false } = of;
  const wallet = either(random, 0.3, { type: 'apple_pay' }, null);
  const card = {
    brand: random.pick(brands),
    funding: 'credit',
    country: random.pick(['US', 'DE', 'JP']),
    wallet,
  };
  const base = {
    id: of.id,
    payment_intent: of.intent,
    customer: null,
    metadata: of.metadata,
    amount: of.amount,
    amount_captured: 0,
    amount_refunded: 0,
    currency: of.currency,
    status: isFailed ? 'failed' : 'succeeded',
    paid: !isFailed,
    captured: false,
    disputed: false,
    payment_method_details: { card },
    created: secondOf(of.at),
  };
  const first = { at: of.at, data: base };
  if (captured === undefined) return seen('charges', [first]);
  const taken = { ...base, captured: true, amount_captured: captured.amount };
  return seen('charges', [first, { at: Math.max(captured.at, of.at + 1000), data: taken }]);
}

/** The movement of an own amount, as the balance has it. */
export function moved(
  { currency, rate }: Settlement,
  move: {
    readonly id: string;
    readonly source: string;
    readonly category: string;
    readonly own: number;
    readonly fee?: number;
    readonly at: number;
  },
): Movement {
  const { id, source, category, own, fee = 0, at } = move;
  return { id, source, category, amount: Math.round(own * rate), fee, currency, rate, at };
}

/** A charge that was captured, with its movement; what Stripe keeps is in the balance's currency. */
export function charged(of: ChargeOf, settlement: Settlement, random: Random): Purchase {
  const { captured } = of;
  const objects = [chargeObject(of, random)];
  if (captured === undefined) return { objects, movements: [] };
  const fee = Math.round(captured.amount * settlement.rate * 0.029) + 30;
  const move = { id: `txn_${of.id}`, source: of.id, category: 'charge', own: captured.amount, fee };
  return { objects, movements: [moved(settlement, { ...move, at: captured.at })] };
}

/** Money that goes back; it may fail and return, or be taken back before it moved. */
export function refunded(
  of: {
    readonly id: string;
    readonly charge: ChargeOf;
    readonly amount: number;
    readonly at: number;
    readonly metadata: Data;
  },
  settlement: Settlement,
  random: Random,
): Purchase {
  const { id, charge, amount, at } = of;
  const end = random.weighted(['succeeded', 'failed', 'canceled'], (status) =>
    status === 'succeeded' ? 7 : 1.5,
  );
  const data = {
    id,
    charge: charge.id,
    payment_intent: either(random, 0.7, charge.intent, null),
    metadata: of.metadata,
    amount,
    currency: charge.currency,
    created: secondOf(at),
  };
  const object = seen('refunds', [
    { at, data: { ...data, status: 'pending' } },
    { at: at + hourMs, data: { ...data, status: end } },
  ]);
  if (end === 'canceled') return { objects: [object], movements: [] };
  const out = moved(settlement, { id: `txn_${id}`, source: id, category: 'refund', own: -amount, at });
  const back = { id: `txn_f_${id}`, source: id, category: 'refund_failure', own: amount, at: at + dayMs };
  return { objects: [object], movements: end === 'failed' ? [out, moved(settlement, back)] : [out] };
}

/** The customer's bank takes the money, and may give it back. */
export function disputed(
  charge: ChargeOf,
  at: number,
  settlement: Settlement,
  { random, metadata }: { readonly random: Random; readonly metadata: Data },
): Purchase {
  const id = `dp_${charge.id}`;
  const isWon = random.chance(0.5);
  const amount = charge.captured?.amount ?? charge.amount;
  const data = {
    id,
    charge: charge.id,
    payment_intent: charge.intent,
    metadata,
    amount,
    currency: charge.currency,
    reason: 'fraudulent',
    created: secondOf(at),
  };
  const endedAt = at + 5 * dayMs;
  const object = seen('disputes', [
    { at, data: { ...data, status: 'needs_response' } },
    { at: endedAt, data: { ...data, status: isWon ? 'won' : 'lost' } },
  ]);
  const move = { source: id, fee: 1500 };
  const taken = moved(settlement, { ...move, id: `txn_${id}`, category: 'dispute', own: -amount, at });
  if (!isWon) return { objects: [object], movements: [taken] };
  const back = { ...move, id: `txn_w_${id}`, category: 'dispute_reversal', own: amount, at: endedAt };
  return {
    objects: [object],
    movements: [taken, moved(settlement, { ...back, fee: random.pick([-1500, 0]) })],
  };
}
