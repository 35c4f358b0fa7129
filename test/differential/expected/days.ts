import { groupBy, hashKey, minutesBetween, total } from './values.ts';
import type { MartRow, Value } from './values.ts';

/** What facts say of a column; a fact without it is a mistake of the expectation. */
function whole(row: MartRow, column: string): bigint {
  return BigInt(String(row[column]));
}

function time(row: MartRow, column: string): Date | null {
  const value = row[column];
  return value instanceof Date ? value : null;
}

const isCounted = (row: MartRow): boolean => row['is_test'] === false;

/** Rows that have some columns in common, those first in what is made of each group. */
function grouped(
  rows: readonly MartRow[],
  by: readonly string[],
  keyed: string,
  of: (group: readonly MartRow[]) => MartRow,
): readonly MartRow[] {
  const groups = groupBy(rows, (row) => JSON.stringify(by.map((column) => String(row[column]))));
  return [...groups.values()].map((group) => {
    const shared = by.map((column): readonly [string, Value] => [column, group[0]?.[column] ?? null]);
    return {
      [keyed]: hashKey(...shared.map(([, value]) => value)),
      ...Object.fromEntries(shared),
      ...of(group),
    };
  });
}

const count = (rows: readonly unknown[]): bigint => BigInt(rows.length);

/** Minutes between two times of each row, of those where they are in order. */
function durations(rows: readonly MartRow[], from: string, to: string): readonly bigint[] {
  return rows.flatMap((row) => {
    const [start, end] = [time(row, from), time(row, to)];
    return start !== null && end !== null && end >= start ? [BigInt(minutesBetween(start, end))] : [];
  });
}

const itself = (value: bigint): bigint => value;

export function aggFulfilmentDaily(orders: readonly MartRow[]): readonly MartRow[] {
  const sent = orders.filter(
    (row) =>
      isCounted(row) &&
      row['last_shipped_date'] !== null &&
      (row['is_fulfilled'] === true || row['is_partly_fulfilled'] === true),
  );
  const by = ['last_shipped_date', 'channel', 'country', 'currency'];
  return grouped(sent, by, 'fulfilment_day_key', (group) => {
    const fulfilled = group.filter((row) => row['is_fulfilled'] === true);
    const left = durations(fulfilled, 'placed_at', 'first_shipped_at');
    const arrived = durations(fulfilled, 'first_shipped_at', 'delivered_at');
    return {
      fulfilled_orders: count(fulfilled),
      partly_fulfilled_orders: count(group) - count(fulfilled),
      shipped_units: total(group, (row) => whole(row, 'shipped_quantity')),
      timed_orders: count(left),
      minutes_to_ship: total(left, itself),
      delivered_orders: count(arrived),
      minutes_to_deliver: total(arrived, itself),
    };
  });
}

const hadLeft = new Set<Value | undefined>(['shipped', 'delivered', 'returned']);

export function aggCarrierDaily(shipments: readonly MartRow[]): readonly MartRow[] {
  const sent = shipments.filter(
    (row) => isCounted(row) && hadLeft.has(row['status']) && row['shipped_date'] !== null,
  );
  return grouped(sent, ['shipped_date', 'carrier'], 'carrier_day_key', (group) => {
    const delivered = group.filter((row) => row['delivered_at'] !== null);
    const promised = delivered.filter((row) => row['promised_at'] !== null);
    const timed = durations(group, 'shipped_at', 'delivered_at');
    return {
      carrier_key: group[0]?.['carrier_key'] ?? null,
      shipments: count(group),
      shipped_units: total(group, (row) => whole(row, 'quantity')),
      delivered_shipments: count(delivered),
      promised_deliveries: count(promised),
      late_deliveries: count(promised.filter((row) => row['is_late'] === true)),
      on_time_deliveries: count(promised.filter((row) => row['is_late'] === false)),
      timed_deliveries: count(timed),
      minutes_to_deliver: total(timed, itself),
    };
  });
}

const cardEvents = new Set<Value | undefined>([
  'gift_card_sale',
  'gift_card_cancellation',
  'gift_card_refund',
]);

/** What is owed to the holders of gift cards changes by what is sold, taken back and redeemed. */
export function aggGiftCardMovesDaily(
  events: readonly MartRow[],
  payments: readonly MartRow[],
): readonly MartRow[] {
  const move = (date: string, row: MartRow, column: string, amount: string): MartRow => ({
    move_date: row[date] ?? null,
    currency: row['currency'] ?? null,
    sold: 0n,
    back: 0n,
    redeemed: 0n,
    [column]: row[amount] ?? null,
  });
  const sold = events
    .filter((row) => isCounted(row) && cardEvents.has(row['event_type']))
    .map((row) =>
      move('event_date', row, row['event_type'] === 'gift_card_sale' ? 'sold' : 'back', 'amount_minor'),
    );
  const redeemed = payments
    .filter((row) => isCounted(row) && row['method'] === 'gift_card' && row['cash_minor'] !== 0n)
    .map((row) => move('payment_date', row, 'redeemed', 'cash_minor'));
  return grouped([...sold, ...redeemed], ['move_date', 'currency'], 'gift_card_day_key', (group) => ({
    sold_minor: total(group, (row) => whole(row, 'sold')),
    cancelled_minor: -total(group, (row) => whole(row, 'back')),
    redeemed_minor: total(group, (row) => whole(row, 'redeemed')),
  }));
}

/** The moves with the balance of all days so far. */
export function aggGiftCardsDaily(moves: readonly MartRow[]): readonly MartRow[] {
  return moves.map((row) => {
    const sofar = moves.filter(
      (other) =>
        other['currency'] === row['currency'] && String(other['move_date']) <= String(row['move_date']),
    );
    return {
      ...row,
      balance_key: hashKey(row['currency'] ?? null),
      outstanding_minor: total(
        sofar,
        (each) => whole(each, 'sold_minor') - whole(each, 'cancelled_minor') - whole(each, 'redeemed_minor'),
      ),
    };
  });
}
