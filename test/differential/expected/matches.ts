import type { Payment } from './sales.ts';
import { inTime } from './stripe-account.ts';
import type { Account, StripeMovement, StripeObject } from './stripe-account.ts';
import { groupBy } from './values.ts';

/** What the shop's rows came to at Stripe, by the id of the shop's payment. */
export interface Matches {
  readonly movements: ReadonlyMap<bigint, StripeMovement>;
  readonly refunds: ReadonlyMap<bigint, StripeObject>;
}

/** Captures by the order in which they were made; refunds by the name that Stripe has of them, else by their amounts. */
export function matchesOf(account: Account, payments: readonly Payment[]): Matches {
  const movements = new Map<bigint, StripeMovement>();
  const ofShop = payments.filter(({ source }) => source === 'shop');
  const charges = account.movements.filter(({ category }) => category === 'charge');
  const captures = ofShop.filter(
    ({ kind, status, ref }) => kind === 'capture' && status === 'succeeded' && ref !== null,
  );
  for (const rows of groupBy(captures, ({ ref, orderId }) => `${ref} ${orderId}`).values()) {
    const moved = inTime(
      charges.filter(({ object }) => object !== undefined && object.intent === rows[0]?.ref),
    );
    for (const [nth, row] of inTime(rows).entries()) {
      const its = moved[nth];
      if (its?.object?.orderId === row.orderId) movements.set(row.id, its);
    }
  }
  const refunds = refundsOf(account, ofShop);
  for (const [id, refund] of refunds) {
    const out = account.movements
      .filter(({ category, source }) => category === 'refund' && source === refund.id)
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));
    if (out[0] !== undefined) movements.set(id, out[0]);
  }
  return { movements, refunds };
}

function refundsOf(account: Account, ofShop: readonly Payment[]): ReadonlyMap<bigint, StripeObject> {
  const found = new Map<bigint, StripeObject>();
  const objects = account.objects.filter(({ kind }) => kind === 'refund');
  const rows = ofShop.filter(({ kind }) => kind === 'refund');
  for (const row of rows) {
    const named = objects
      .filter((each) => each.paymentId === row.id && each.orderId === row.orderId)
      .toSorted((one, other) => (one.id < other.id ? -1 : 1));
    if (named[0] !== undefined) found.set(row.id, named[0]);
  }
  const taken = new Set([...found.values()].map(({ id }) => id));
  const free = groupBy(
    objects.filter(({ id, intent }) => !taken.has(id) && intent !== null),
    ({ intent, amount }) => `${intent} ${amount}`,
  );
  const left = groupBy(
    rows.filter(({ id, ref }) => !found.has(id) && ref !== null),
    ({ ref, orderId, amount }) => `${ref} ${orderId} ${amount}`,
  );
  for (const each of left.values()) {
    const alike = inTime(free.get(`${each[0]?.ref} ${each[0]?.amount}`) ?? []);
    for (const [nth, row] of inTime(each).entries()) {
      const its = alike[nth];
      if (its?.orderId === row.orderId) found.set(row.id, its);
    }
  }
  return found;
}
