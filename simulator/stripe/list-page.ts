import type pg from 'pg';
import { compareOccurrences } from './occurrence.ts';
import type { Occurrence, OccurrenceKind } from './occurrence.ts';
import { queryOccurrences } from './occurrence-query.ts';
import type { ListWindow } from './occurrence-query.ts';
import { payoutOccurrences } from './payouts.ts';
import type { PayoutFacts } from './payouts.ts';

/** A page of a list: newest first, as lists are always answered. */
export interface ListPage {
  readonly occurrences: readonly Occurrence[];
  /** Whether more lies beyond it, in the direction of reading. */
  readonly hasMore: boolean;
}

/** One page from the rows in SQL and the payouts in memory. */
export async function readPage(
  pool: pg.Pool,
  kinds: readonly OccurrenceKind[],
  payouts: readonly PayoutFacts[],
  window: ListWindow,
): Promise<ListPage> {
  // One more than asked for tells whether there is more.
  const wanted = { ...window, limit: window.limit + 1 };
  const rows = await queryOccurrences(pool, kinds, wanted);
  const inMemory = payoutOccurrences(payouts, kinds).filter((each) => isWithin(each, window));
  const isUp = window.cursor?.side === 'before';
  const merged = [...rows, ...inMemory].sort((a, b) => (isUp ? 1 : -1) * compareOccurrences(a, b));
  const page = merged.slice(0, window.limit);
  return { occurrences: isUp ? page.reverse() : page, hasMore: merged.length > window.limit };
}

function isWithin(occurrence: Occurrence, window: ListWindow): boolean {
  const { from, to, cursor, purchase, key = occurrence.key, payoutKey } = window;
  if (cursor !== undefined) {
    const side = compareOccurrences(occurrence, cursor.place);
    if (cursor.side === 'after' ? side >= 0 : side <= 0) return false;
  }
  if (payoutKey !== undefined) return occurrence.key === payoutKey;
  return occurrence.at >= from && occurrence.at < to && purchase === undefined && occurrence.key === key;
}
