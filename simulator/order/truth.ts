import { grossCents } from '../world/money.ts';
import type { OrderState } from './rows.ts';
import { sum, summarise, wantedUnits } from './state.ts';

/** The figures the simulator vouches for: money in cents, the others counts. Test orders count nowhere. */
export const truthMetrics = [
  'gmv',
  'net_revenue',
  'refunds',
  'fulfilled_orders',
  'orders',
  'order_lines',
] as const;

type TruthMetric = (typeof truthMetrics)[number];

/** Totals per metric. */
export type Truth = Readonly<Record<TruthMetric, bigint>>;

/** The truth about no orders at all. */
export const noTruth: Truth = {
  gmv: 0n,
  net_revenue: 0n,
  refunds: 0n,
  fulfilled_orders: 0n,
  orders: 0n,
  order_lines: 0n,
};

/** Two truths about different orders as one. */
export function addTruth(one: Truth, other: Truth): Truth {
  const sum: Record<keyof Truth, bigint> = { ...one };
  for (const metric of truthMetrics) sum[metric] += other[metric];
  return sum;
}

/** One order's part of a metric on one UTC day (YYYY-MM-DD). */
export interface TruthEntry {
  readonly metric: TruthMetric;
  readonly day: string;
  readonly delta: bigint;
}

/** What one order contributes as it stands, by metric and day. */
export function measureOrder(state: OrderState): readonly TruthEntry[] {
  const order = state.orders[0];
  if (order === undefined || order.isTest) return [];
  const goods = state.order_lines.filter((line) => line.kind === 'goods');
  const isGoods = (row: { readonly orderLineId: number }): boolean =>
    goods.some((line) => line.id === row.orderLineId);
  const placedOn = utcDay(order.placedAt);
  const gross = sum(goods, (line) => grossCents(line.quantity, line.unitPriceE4));
  const discount = sum(goods, (line) => line.discountCents);
  const entries: TruthEntry[] = [
    entry('orders', placedOn, 1),
    entry('order_lines', placedOn, state.order_lines.length),
    entry('gmv', placedOn, gross),
    entry('net_revenue', placedOn, gross - discount),
  ];
  for (const cancellation of state.cancellations) {
    const lines = state.cancellation_lines.filter(
      (row) => row.cancellationId === cancellation.id && isGoods(row),
    );
    const taken = sum(lines, (row) => grossCents(row.quantity, row.unitPriceE4) - row.discountCents);
    entries.push(entry('net_revenue', utcDay(cancellation.cancelledAt), -taken));
  }
  for (const refund of state.refunds) {
    const lines = state.refund_lines.filter((row) => row.refundId === refund.id && isGoods(row));
    const returned = sum(lines, (row) => row.amountCents);
    const day = utcDay(refund.refundedAt);
    entries.push(entry('refunds', day, refund.amountCents), entry('net_revenue', day, -returned));
  }
  const fulfilledOn = fulfilledDay(state);
  if (fulfilledOn !== undefined) entries.push(entry('fulfilled_orders', fulfilledOn, 1));
  return entries;
}

/** What changed between two states of an order; nothing where they measure the same. */
export function truthChange(before: OrderState, after: OrderState): readonly TruthEntry[] {
  const tally = createTally();
  tally.add(measureOrder(before), -1n);
  tally.add(measureOrder(after), 1n);
  return tally.entries();
}

/** Adds up entries by metric and day. */
export interface Tally {
  readonly add: (entries: readonly TruthEntry[], sign?: 1n | -1n) => void;
  /** Sums that are not zero. */
  readonly entries: () => readonly TruthEntry[];
}

/** An empty tally. */
export function createTally(): Tally {
  const sums = new Map<string, TruthEntry>();
  return {
    add: (entries, sign = 1n) => {
      for (const { metric, day, delta } of entries) {
        const key = `${metric} ${day}`;
        sums.set(key, { metric, day, delta: (sums.get(key)?.delta ?? 0n) + sign * delta });
      }
    },
    entries: () => [...sums.values()].filter((each) => each.delta !== 0n),
  };
}

/**
 * The day an order's goods were all on their way: shipped > 0 and shipped >= ordered - cancelled - refunded
 * unsent, over its goods. The day is that of the last shipment that counts.
 */
function fulfilledDay(state: OrderState): string | undefined {
  const { goods } = summarise(state);
  const shipped = sum(goods, (each) => each.shipped);
  if (shipped === 0 || shipped < sum(goods, wantedUnits)) return undefined;
  const counted = state.shipments.filter((each) => each.status === 'shipped' || each.status === 'delivered');
  return utcDay(Math.max(...counted.map((each) => each.shippedAt ?? 0)));
}

function entry(metric: TruthMetric, day: string, value: number): TruthEntry {
  return { metric, day, delta: BigInt(value) };
}

const dayMs = 86_400_000;
const dayNames = new Map<number, string>();

/** YYYY-MM-DD in UTC; remembered, as a backlog asks some 800 days a million times. */
function utcDay(timeMs: number): string {
  const day = Math.floor(timeMs / dayMs);
  const known = dayNames.get(day);
  if (known !== undefined) return known;
  const name = new Date(day * dayMs).toISOString().slice(0, 10);
  dayNames.set(day, name);
  return name;
}
