import type pg from 'pg';
import type { Collection } from './collections.ts';
import { dayStart, delays } from './calendar.ts';
import { keyOf } from './object-id.ts';
import type { OccurrenceKind } from './occurrence.ts';
import type { ListWindow } from './occurrence-query.ts';
import type { ListParams } from './params.ts';
import type { Facts } from './origins.ts';
import { loadPurchases } from './purchase.ts';
import { badRequest, missingReference } from './refusals.ts';
import type { Refused } from './refusals.ts';

/** What the filters of a request leave of a list. */
export interface Narrowed {
  readonly kinds: readonly OccurrenceKind[];
  readonly window: Partial<ListWindow>;
}

type Filter = (
  value: string,
  narrowed: Narrowed,
  facts: Facts,
) => Promise<Narrowed | Refused> | Narrowed | Refused;

const filters: Readonly<Record<string, Filter>> = {
  payment_intent: (id, narrowed, facts) => ofPurchase(narrowed, facts.pool, 'payment_intent', 'pi_', id),
  charge: (id, narrowed, facts) => ofPurchase(narrowed, facts.pool, 'charge', 'ch_', id),
  currency: (value, narrowed) => inWindow(narrowed, { currency: value.toUpperCase() }),
  type: (value, narrowed) => ofTypes(narrowed, [value]),
  payout: ofPayout,
  source: ofSource,
};

/** Applies a request's filters one after the other. */
export async function narrow(
  collection: Collection,
  { filters: wanted, types }: ListParams,
  facts: Facts,
): Promise<Narrowed | Refused> {
  let narrowed: Narrowed = { kinds: collection.kinds, window: {} };
  if (types.length > 0) narrowed = ofTypes(narrowed, types);
  for (const [name, value] of Object.entries(wanted)) {
    const next = await filters[name]?.(value, narrowed, facts);
    if (next === undefined) continue;
    if ('refused' in next) return next;
    narrowed = next;
  }
  return narrowed;
}

function inWindow(narrowed: Narrowed, window: Narrowed['window']): Narrowed {
  return { ...narrowed, window: { ...narrowed.window, ...window } };
}

/** Types by name, or all of a family with `charge.*`. */
function ofTypes(narrowed: Narrowed, types: readonly string[]): Narrowed {
  const matches = (kind: OccurrenceKind): boolean => {
    const type = 'type' in kind && typeof kind.type === 'string' ? kind.type : '';
    return types.some((each) => each === type || (each.endsWith('*') && type.startsWith(each.slice(0, -1))));
  };
  return { ...narrowed, kinds: narrowed.kinds.filter(matches) };
}

async function ofPurchase(
  narrowed: Narrowed,
  pool: pg.Pool,
  object: string,
  prefix: string,
  id: string,
): Promise<Narrowed | Refused> {
  const key = keyOf(prefix, id);
  const purchase = key === undefined ? undefined : (await loadPurchases(pool, [key], false)).get(key);
  if (purchase === undefined || purchase.id !== key) return missingReference(object, id, object);
  const { orderId, reference } = purchase;
  return inWindow(narrowed, { purchase: { orderId, reference } });
}

/** All that became available on the payout's day, and the payout's own movement, which comes two days later. */
function ofPayout(id: string, narrowed: Narrowed, { payouts }: Facts): Narrowed | Refused {
  const key = keyOf('po_', id);
  const payout = payouts.find((each) => each.key === key);
  if (payout === undefined) return missingReference('payout', id, 'payout');
  const day = payout.day - delays.availableDays;
  const range = { from: dayStart(day), to: dayStart(day + 1) };
  return inWindow(narrowed, { ...range, currency: payout.currency.toUpperCase(), payoutKey: payout.key });
}

const sourcePrefixes = { charge: 'ch_', refund: 're_', dispute: 'dp_', payout: 'po_' } as const;

function ofSource(
  id: string,
  narrowed: Narrowed,
  { pool }: Facts,
): Promise<Narrowed | Refused> | Narrowed | Refused {
  const found = Object.entries(sourcePrefixes).find(([, prefix]) => keyOf(prefix, id) !== undefined);
  if (found === undefined)
    return badRequest(`No such source: '${id}'`, { code: 'resource_missing', param: 'source' });
  const [source, prefix] = found;
  const kinds = narrowed.kinds.filter((kind) => 'source' in kind && kind.source === source);
  if (source === 'charge') return ofPurchase({ ...narrowed, kinds }, pool, 'charge', prefix, id);
  return inWindow({ ...narrowed, kinds }, { key: keyOf(prefix, id) ?? -1 });
}
