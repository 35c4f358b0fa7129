import type pg from 'pg';
import type { Occurrence, OccurrenceKind } from './occurrence.ts';
import type { Origin } from './objects.ts';
import type { PayoutFacts } from './payouts.ts';
import { loadPurchases, loadShoppers, purchaseAt } from './purchase.ts';
import type { Purchase, Shopper } from './purchase.ts';

/** Where objects come from: the shop's database and the payouts made of it. */
export interface Facts {
  readonly pool: pg.Pool;
  readonly payouts: readonly PayoutFacts[];
  readonly refundsMayFail: boolean;
}

/** Makes the origin of an object from an occurrence, as of a moment. Nothing when its row is gone. */
export type OriginOf = (occurrence: Occurrence, at: number) => Origin | undefined;

/** Loads what a page of occurrences is about, in one statement a table. */
export async function loadOrigins(
  facts: Facts,
  kinds: readonly OccurrenceKind[],
  occurrences: readonly Occurrence[],
): Promise<OriginOf> {
  const rowsOf = new Map(kinds.map((kind) => [kind.code, kind.rows]));
  const keys = (wanted: (rows: string) => boolean): readonly number[] =>
    occurrences.filter(({ code }) => wanted(rowsOf.get(code) ?? '')).map(({ key }) => key);
  const [purchases, shoppers] = await Promise.all([
    loadPurchases(
      facts.pool,
      keys((rows) => !isCustomer(rows) && rows !== 'payout'),
      facts.refundsMayFail,
    ),
    loadShoppers(facts.pool, keys(isCustomer)),
  ]);
  return ({ code, key }, at) => {
    const rows = rowsOf.get(code) ?? '';
    if (isCustomer(rows)) return shopperOrigin(shoppers.get(key), at);
    if (rows !== 'payout') return purchaseOrigin(purchases.get(key), key, at);
    const payout = facts.payouts.find((each) => each.key === key);
    return payout && { at, payout };
  };
}

function isCustomer(rows: string): boolean {
  return rows.startsWith('customer');
}

function shopperOrigin(shopper: Shopper | undefined, at: number): Origin | undefined {
  return shopper && { at, shopper };
}

function purchaseOrigin(whole: Purchase | undefined, key: number, at: number): Origin | undefined {
  if (whole === undefined) return undefined;
  const purchase = purchaseAt(whole, at);
  const refund = purchase.refunds.find((each) => each.id === key);
  return refund === undefined ? { at, purchase } : { at, purchase, refund };
}
