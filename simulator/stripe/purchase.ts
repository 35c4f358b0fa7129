import type pg from 'pg';
import { delays } from './calendar.ts';

/** A shop customer as Stripe was told of them. */
export interface Shopper {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly country: string;
  readonly city: string | null;
  readonly postalCode: string | null;
  readonly createdAt: number;
  /** When they had Stripe forget them; null while they have not. */
  readonly deletedAt: number | null;
}

/** One payment by card with all that became of it: what Stripe's objects about it are made from. Times in microseconds. */
export interface Purchase {
  /** Key of the authorisation's row. */
  readonly id: number;
  readonly orderId: number;
  readonly orderNumber: string;
  /** The payment intent's id, as the shop keeps it. */
  readonly reference: string;
  readonly method: string;
  readonly isApproved: boolean;
  readonly cents: number;
  readonly currency: string;
  readonly cardBrand: string | null;
  readonly cardLast4: string | null;
  readonly cardFingerprint: string | null;
  readonly at: number;
  readonly shopper: Shopper | null;
  readonly capture: Capture | null;
  readonly voidedAt: number | null;
  readonly refunds: readonly PurchaseRefund[];
}

interface Capture {
  readonly id: number;
  readonly cents: number;
  readonly at: number;
  readonly dispute: { readonly at: number; readonly isWon: boolean } | null;
}

export interface PurchaseRefund {
  readonly id: number;
  readonly cents: number;
  readonly at: number;
  readonly reason: string | null;
  /** Key of the shop's refund that it carries out. */
  readonly refundId: number | null;
  /** When the customer's bank sends it back; null when it keeps it. */
  readonly failsAt: number | null;
}

const cardMethods = ['card', 'apple_pay'];

const micros = (time: string): string => `(extract(epoch from ${time}) * 1000000)::bigint`;

const shopperSql = `jsonb_build_object('id', c.id, 'email', c.email, 'name', c.full_name, 'country', c.country,
  'city', c.city, 'postalCode', c.postal_code, 'createdAt', ${micros('c.created_at')},
  'deletedAt', case when simulator.stripe_dice('deleted', c.id, 100) = 0
    then ${micros('simulator.stripe_deleted_at(c.id, c.created_at)')} end)`;

const captureSql = `jsonb_build_object('id', p.id, 'cents', (p.amount * 100)::bigint, 'at', ${micros('p.created_at')},
  'dispute', case when simulator.stripe_dice('dispute', p.id, 250) = 0 then jsonb_build_object(
    'at', ${micros('simulator.stripe_disputed_at(p.id, p.created_at)')},
    'isWon', simulator.stripe_dice('won', p.id, 10) < 4) end)`;

const refundSql = `jsonb_build_object('id', p.id, 'cents', (p.amount * 100)::bigint, 'at', ${micros('p.created_at')},
  'reason', r.reason, 'refundId', r.id, 'failsAt', case when $2 and simulator.stripe_dice('refund', p.id, 50) = 0
    then ${micros('p.created_at')} + ${delays.refundFails * 1e6} end)`;

// What follows an authorisation is at most a handful of rows.
const purchasesSql = `
select asked.id::float8 as asked, jsonb_build_object(
  'id', a.id, 'orderId', a.order_id, 'orderNumber', o.order_number, 'reference', a.processor_ref,
  'method', a.method, 'isApproved', a.status = 'succeeded', 'cents', (a.amount * 100)::bigint,
  'currency', lower(a.currency), 'cardBrand', a.card_brand, 'cardLast4', a.card_last4,
  'cardFingerprint', a.card_fingerprint, 'at', ${micros('a.created_at')},
  'shopper', case when c.email is not null then ${shopperSql} end,
  'capture', later.capture, 'voidedAt', later.voided_at, 'refunds', later.refunds) as purchase
from payments asked
join payments a on a.order_id = asked.order_id and a.processor_ref = asked.processor_ref and a.kind = 'authorisation'
join orders o on o.id = a.order_id
left join customers c on c.id = o.customer_id
cross join lateral (
  select (array_agg(${captureSql} order by p.id) filter (where p.kind = 'capture'))[1] as capture,
         min(${micros('p.created_at')}) filter (where p.kind = 'void') as voided_at,
         coalesce(jsonb_agg(${refundSql} order by p.created_at, p.id) filter (where p.kind = 'refund'), '[]') as refunds
  from payments p left join refunds r on r.order_id = p.order_id and r.payment_id = p.id
  where p.order_id = a.order_id and p.processor_ref = a.processor_ref and p.status = 'succeeded'
) later
where asked.id = any($1)`;

/** The purchases that payments belong to, by the payment's key, whichever kind it is. */
export async function loadPurchases(
  pool: pg.Pool,
  paymentIds: readonly number[],
  refundsMayFail: boolean,
): Promise<ReadonlyMap<number, Purchase>> {
  if (paymentIds.length === 0) return new Map();
  const { rows } = await pool.query<{ asked: number; purchase: Purchase }>({
    name: 'stripe purchases',
    text: purchasesSql,
    values: [[...new Set(paymentIds)], refundsMayFail],
  });
  // Not a condition of the statement: it would tempt the planner to walk the whole of a partial index.
  const byCard = rows.filter(({ purchase }) => cardMethods.includes(purchase.method));
  return new Map(byCard.map(({ asked, purchase }) => [asked, purchase]));
}

/** The shop's customers that Stripe knows, by key. */
export async function loadShoppers(
  pool: pg.Pool,
  customerIds: readonly number[],
): Promise<ReadonlyMap<number, Shopper>> {
  if (customerIds.length === 0) return new Map();
  const { rows } = await pool.query<{ shopper: Shopper }>({
    name: 'stripe customers',
    text: `select ${shopperSql} as shopper from customers c where c.id = any($1) and c.email is not null`,
    values: [[...new Set(customerIds)]],
  });
  return new Map(rows.map(({ shopper }) => [shopper.id, shopper]));
}

/** A purchase as it stood at a moment: what came later is not there yet. */
export function purchaseAt(purchase: Purchase, at: number): Purchase {
  const { capture, voidedAt, refunds } = purchase;
  const isDisputed = capture?.dispute != null && capture.dispute.at <= at;
  return {
    ...purchase,
    capture:
      capture === null || capture.at > at
        ? null
        : { ...capture, dispute: isDisputed ? capture.dispute : null },
    voidedAt: isPast(voidedAt, at) ? voidedAt : null,
    refunds: refunds
      .filter((refund) => refund.at <= at)
      .map((refund) => ({ ...refund, failsAt: isPast(refund.failsAt, at) ? refund.failsAt : null })),
  };
}

function isPast(time: number | null, at: number): boolean {
  return time !== null && time <= at;
}
