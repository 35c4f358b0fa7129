import type { Random } from '../../../simulator/world/random.ts';
import type { Fields } from './changes.ts';
import { apiWorld, either, gathered, secondOf, seen } from './objects.ts';
import type { ApiWorld, Data, SeenObject } from './objects.ts';
import { charged, chargeObject, disputed, minorOf, refunded, settlementOf } from './stripe-purchase.ts';
import type { ChargeOf, Movement, Purchase } from './stripe-purchase.ts';
import type { Tables } from './tables.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const byStripe = new Set<string | null | undefined>(['card', 'apple_pay', 'google_pay', 'link']);

/** The account at Stripe of a shop: most of its card payments, some that it knows nothing of, and the payouts of all. */
export function stripeWorld(shop: Tables, random: Random): ApiWorld {
  const intents = gathered(
    [...shop.now('payments').values()].filter(({ method }) => byStripe.has(method)),
    ({ processor_ref: ref }) => ref ?? '',
  );
  const orderIds = [...shop.now('orders').keys()];
  const purchases = [
    ...intents.filter(() => random.chance(0.92)).map(([intent, rows]) => known(intent, rows, random)),
    ...Array.from({ length: 4 }, (_, nth) => unknown(nth, orderIds, random)),
    beside(random),
  ];
  // Some were never read.
  const movements = purchases.flatMap((each) => each.movements).filter(() => random.chance(0.95));
  return apiWorld([
    ...purchases.flatMap(({ objects }) => objects).filter(() => random.chance(0.97)),
    ...movements.map(movementObject),
    ...payouts(movements, random),
    ...customers(shop, random),
  ]);
}

function timeOf(row: Fields | undefined): number {
  return Date.parse((row?.['created_at'] ?? '').replace(' ', 'T').replace(/\+00$/, 'Z'));
}

function all(parts: readonly Purchase[]): Purchase {
  return {
    objects: parts.flatMap(({ objects }) => objects),
    movements: parts.flatMap(({ movements }) => movements),
  };
}

/** A payment of the shop's, as Stripe has it. */
function known(intent: string, rows: readonly Fields[], random: Random): Purchase {
  const of = (kind: string): readonly Fields[] => rows.filter((row) => row['kind'] === kind);
  const [first] = rows;
  const [taken] = of('capture').filter(({ status }) => status === 'succeeded');
  if (first === undefined) return { objects: [], movements: [] };
  const currency = (first['currency'] ?? 'USD').toLowerCase();
  const settlement = settlementOf(currency, random);
  const orderId = first['order_id'] ?? null;
  const metadata = either<Data>(random, 0.8, { order_id: orderId, payment_id: first['id'] }, {});
  const charge: ChargeOf = {
    id: `ch_${intent.slice(3)}`,
    intent,
    at: timeOf(first),
    amount: minorOf(first),
    currency,
    metadata,
    isFailed: first['status'] === 'failed',
    ...(taken === undefined ? {} : { captured: { amount: minorOf(taken), at: timeOf(taken) } }),
  };
  const again: ChargeOf = { ...charge, id: `${charge.id}_b`, at: charge.at - 60_000 };
  const attempts = random.chance(0.2)
    ? [chargeObject({ ...again, isFailed: true, captured: undefined }, random)]
    : [];
  const twice = taken !== undefined && random.chance(0.06) ? [charged(again, settlement, random)] : [];
  return all([
    { objects: attempts, movements: [] },
    charged(charge, settlement, random),
    ...(attempts.length === 0 ? twice : []),
    ...of('refund').flatMap((row) => shopRefund(row, charge, random)),
    ...(taken === undefined ? [] : later(charge, random)),
  ]);
}

/** What the shop gave back: Stripe knows of most, and of some by name. */
function shopRefund(row: Fields, charge: ChargeOf, random: Random): readonly Purchase[] {
  if (random.chance(0.06)) return [];
  const metadata = either<Data>(random, 0.6, { order_id: row['order_id'], payment_id: row['id'] }, {});
  const at = timeOf(row) + random.integer(0, 3) * hourMs;
  const of = { id: `re_${row['id']}`, charge, amount: minorOf(row), at, metadata };
  return [refunded(of, settlementOf(charge.currency, random), random)];
}

/** What is done by hand at Stripe, and by the customer's bank. */
function later(charge: ChargeOf, random: Random): readonly Purchase[] {
  const at = (charge.captured?.at ?? charge.at) + random.integer(1, 9) * dayMs;
  const settlement = settlementOf(charge.currency, random);
  const byHand = { id: `re_h_${charge.id}`, charge, amount: random.integer(1, 900), at, metadata: {} };
  const metadata = either<Data>(random, 0.5, { order_id: '1' }, {});
  return [
    ...(random.chance(0.15) ? [refunded(byHand, settlement, random)] : []),
    ...(random.chance(0.25) ? [disputed(charge, at, settlement, { random, metadata })] : []),
  ];
}

/** A charge of which the shop has no payment; it may name an order, of whomever. */
function unknown(nth: number, orderIds: readonly string[], random: Random): Purchase {
  const currency = random.pick(['usd', 'eur', 'jpy']);
  const at = Date.parse('2026-03-05T00:00:00Z') + random.integer(0, 12 * 24) * hourMs;
  const orderId = random.pick([random.pick(orderIds), '999999', 'none', null]);
  const amount = random.integer(200, 50_000);
  const metadata = orderId === null ? {} : { order_id: orderId };
  const charge: ChargeOf = {
    id: `ch_own_${nth}`,
    intent: `pi_own_${nth}`,
    at,
    amount,
    currency,
    metadata,
    ...(random.chance(0.7) ? { captured: { amount, at: at + hourMs } } : {}),
  };
  const settlement = settlementOf(currency, random);
  return all([
    charged(charge, settlement, random),
    ...(charge.captured === undefined ? [] : later(charge, random)),
  ]);
}

/** Movements of no charge: what the account costs, corrections, and what names something that was never read. */
function beside(random: Random): Purchase {
  const at = (): number => Date.parse('2026-03-06T00:00:00Z') + random.integer(0, 10 * 24) * hourMs;
  const one = (id: string, category: string, amount: number, source: string | null = null): Movement => ({
    id,
    source,
    category,
    amount,
    fee: 0,
    currency: random.pick(['usd', 'eur']),
    rate: 1,
    at: at(),
  });
  return {
    objects: [],
    movements: [
      one('txn_fee_1', 'fee', -25),
      one('txn_fee_2', 'fee', -100),
      one('txn_other_1', 'other_adjustment', random.integer(-500, 500)),
      { ...one('txn_lost_1', 'charge', 700, 'ch_lost'), fee: 50 },
      one('txn_lost_2', 'refund', -300, 're_lost'),
    ],
  };
}

const daysToPayout = 2;

function movementObject({ id, source, category, amount, fee, currency, rate, at }: Movement): SeenObject {
  const availableAt = (Math.floor(at / dayMs) + daysToPayout) * dayMs;
  const data = {
    id,
    source,
    type: category,
    reporting_category: category,
    amount,
    fee,
    net: amount - fee,
    currency,
    exchange_rate: rate === 1 ? null : rate,
    created: secondOf(at),
    available_on: secondOf(availableAt),
  };
  return seen('balance_transactions', [
    { at, data: { ...data, status: 'pending' } },
    { at: availableAt, data: { ...data, status: 'available' } },
  ]);
}

/** What became available on a day in a currency is paid out together: by schedule, or by hand without a list. */
function payouts(movements: readonly Movement[], random: Random): readonly SeenObject[] {
  const together = gathered(movements, ({ at, currency }) => `${Math.floor(at / dayMs / 3)} ${currency}`);
  return together.flatMap(([key, paid]) => {
    const [day = '', currency = ''] = key.split(' ');
    const id = `po_${currency}_${day}`;
    const at = (Number(day) * 3 + 3 + daysToPayout) * dayMs + 2 * hourMs;
    const amount = paid.reduce((sum, each) => sum + each.amount - each.fee, 0);
    const end = random.weighted(['paid', 'in_transit', 'failed'], (status) => (status === 'paid' ? 6 : 1));
    const isAutomatic = random.chance(0.8);
    const data = {
      id,
      balance_transaction: `txn_${id}`,
      failure_balance_transaction: end === 'failed' ? `txn_f_${id}` : null,
      amount,
      currency,
      type: 'bank_account',
      method: either(random, 0.8, 'standard', 'instant'),
      automatic: isAutomatic,
      reconciliation_status: isAutomatic ? 'completed' : 'not_applicable',
      failure_code: end === 'failed' ? 'account_closed' : null,
      created: secondOf(at),
      arrival_date: secondOf(at + dayMs),
    };
    const move = { source: id, fee: 0, currency, rate: 1 };
    const back = { ...move, id: `txn_f_${id}`, category: 'payout_reversal', amount, at: at + 2 * dayMs };
    const listed = isAutomatic
      ? [...paid.map((each) => each.id).filter(() => random.chance(0.95)), `txn_${id}`]
      : [];
    return [
      seen('payouts', [
        { at, data: { ...data, status: 'pending' } },
        { at: at + 2 * dayMs, data: { ...data, status: end } },
      ]),
      movementObject({ ...move, id: `txn_${id}`, category: 'payout', amount: -amount, at }),
      ...(end === 'failed' ? [movementObject(back)] : []),
      ...listed.map((each) =>
        seen('payout_transactions', [
          { at: at + 3 * dayMs, data: { id: each, payout: id, created: secondOf(at) } },
        ]),
      ),
    ];
  });
}

/** Who paid; some name the shop's customer, some have its address, some are deleted. */
function customers(shop: Tables, random: Random): readonly SeenObject[] {
  const ids = [...new Set(shop.versions('customers').map(({ fields }) => fields['id'] ?? '0'))];
  const addresses = shop.versions('customers').flatMap(({ fields }) => fields['email_token'] ?? []);
  const start = Date.parse('2026-03-01T00:00:00Z');
  return Array.from({ length: 7 }, (_, nth) => {
    const version = (at: number) => ({
      at,
      data: {
        id: `cus_${nth}`,
        metadata: random.chance(0.4) ? { customer_id: random.pick([...ids, '777']) } : {},
        email_token: random.chance(0.8) ? random.pick([...addresses, 'token of nobody']) : null,
        address: { country: 'DE' },
        currency: 'usd',
        created: secondOf(start),
      },
    });
    const at = start + random.integer(1, 9) * dayMs;
    const versions = random.chance(0.4) ? [version(at), version(at + 5 * dayMs)] : [version(at)];
    return seen('customers', versions, random.chance(0.15) ? [at + 9 * dayMs] : []);
  });
}
