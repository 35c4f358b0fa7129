import type pg from 'pg';
import type { Movement } from './balance.ts';
import { after, dayOf, dayStart, delays } from './calendar.ts';
import { rowSources } from './occurrence.ts';
import type { Occurrence, OccurrenceKind } from './occurrence.ts';
import { timeSql } from './occurrence-query.ts';

/** Everything that became available on one day in one currency, paid out together. */
export interface PayoutFacts {
  readonly key: number;
  readonly day: number;
  readonly currency: string;
  readonly cents: number;
  readonly at: number;
}

/** The account's daily payouts. Sums over whole days never change, so each day is added up once. */
export interface Payouts {
  /** All that were made up to a moment (microseconds), oldest first. */
  readonly upTo: (now: number) => Promise<readonly PayoutFacts[]>;
  /** Adds up everything again, for a past that was changed. */
  readonly forget: () => void;
}

const currencies = 26 ** 3;
const letters = 'abcdefghijklmnopqrstuvwxyz';

/** A key that a payout's id carries and that orders payouts by day. */
function payoutKey(day: number, currency: string): number {
  const number = Array.from(currency).reduce((sum, letter) => sum * 26 + letters.indexOf(letter), 0);
  return day * currencies + number;
}

export function createPayouts(pool: pg.Pool, movements: readonly Movement[]): Payouts {
  let known: readonly PayoutFacts[] = [];
  let throughDay = -1;
  let beginning: string | null = null;
  let adding: Promise<void> = Promise.resolve();
  const forget = (): void => {
    known = [];
    throughDay = -1;
  };
  const addUp = async (now: number): Promise<void> => {
    // A past that begins elsewhere than before was written after the first look at an empty shop.
    const begins = await firstPayment(pool);
    if (begins !== beginning) forget();
    beginning = begins;
    const lastDay = dayOf(now - delays.payout * 1e6);
    if (lastDay <= throughDay) return;
    const found = await sumDays(pool, movements, throughDay + 1, lastDay);
    known = [...known, ...found].toSorted((a, b) => a.at - b.at || a.key - b.key);
    throughDay = lastDay;
  };
  return {
    forget,
    upTo: async (now) => {
      adding = adding.catch(() => {}).then(() => addUp(now));
      await adding;
      return known.filter((payout) => payout.at <= now);
    },
  };
}

async function firstPayment(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ at: string | null }>(
    `select created_at::text as at from payments where ${rowSources.authorisation.where}
     order by created_at, id limit 1`,
  );
  return rows[0]?.at ?? null;
}

/** Sums of the movements that become available on these days, where there is anything to pay. */
async function sumDays(
  pool: pg.Pool,
  movements: readonly Movement[],
  fromDay: number,
  toDay: number,
): Promise<readonly PayoutFacts[]> {
  const from = dayStart(fromDay - delays.availableDays);
  const to = dayStart(toDay + 1 - delays.availableDays);
  const branches = movements.map((movement) => movementSql(movement, from, to));
  const { rows } = await pool.query<{ day: number; currency: string; cents: number }>(
    `select (floor(at / 86400000000) + ${delays.availableDays})::float8 as day, currency, sum(net)::float8 as cents
     from (${branches.join(' union all ')}) every group by 1, 2 having sum(net) <> 0`,
  );
  return rows.map(({ day, currency, cents }) => ({
    key: payoutKey(day, currency),
    day,
    currency,
    cents,
    at: after(dayStart(day), delays.payout),
  }));
}

function movementSql(movement: Movement, from: number, to: number): string {
  if (movement.rows === 'payout') return '';
  const { table, where, at } = rowSources[movement.rows];
  const later = (movement.laterSeconds ?? 0) * 1e6;
  const time = (micros: number): string => timeSql(micros - later);
  const also = movement.where === undefined ? '' : `and ${movement.where('now()')}`;
  return `select at, currency, ${movement.netSql} as net from (
    select extract(epoch from ${at}) * 1000000 + ${later} as at, lower(currency) as currency, amount * 100 as cents
    from ${table} where ${where} ${also} and ${at} >= ${time(from)} and ${at} < ${time(to)}) moved`;
}

/** What happens to payouts, as a list reads it; see queryOccurrences for those of rows. */
export function payoutOccurrences(
  payouts: readonly PayoutFacts[],
  kinds: readonly OccurrenceKind[],
): readonly Occurrence[] {
  return kinds
    .filter((kind) => kind.rows === 'payout')
    .flatMap((kind) =>
      payouts.map(({ key, at }) => ({ code: kind.code, key, at: after(at, kind.laterSeconds ?? 0) })),
    );
}
