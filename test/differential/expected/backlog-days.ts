import { groupBy, hashKey, total } from './values.ts';
import type { MartRow, Value } from './values.ts';

interface Step {
  readonly day: Value;
  readonly channel: Value;
  readonly opened: bigint;
  readonly closed: bigint;
  readonly units: bigint;
}

/** Orders of goods that came, and those that nothing is waited for any more. */
function stepsOf(order: MartRow): readonly Step[] {
  const whole = (column: string): bigint => BigInt(String(order[column]));
  if (order['is_test'] === true || whole('ordered_quantity') <= 0n) return [];
  const units =
    whole('ordered_quantity') - whole('cancelled_quantity') - whole('refunded_unshipped_quantity');
  const channel = order['channel'] ?? null;
  const opened = { day: order['order_date'] ?? null, channel, opened: 1n, closed: 0n, units };
  const day = order['closed_date'] ?? null;
  return day === null ? [opened] : [opened, { day, channel, opened: 0n, closed: 1n, units }];
}

export function aggBacklogMovesDaily(orders: readonly MartRow[]): readonly MartRow[] {
  const groups = groupBy(orders.flatMap(stepsOf), ({ day, channel }) => `${String(day)} ${String(channel)}`);
  return [...groups.values()].map((steps) => {
    const { day = null, channel = null } = steps[0] ?? {};
    return {
      backlog_move_key: hashKey(day, channel),
      move_date: day,
      channel,
      opened_orders: total(steps, ({ opened }) => opened),
      opened_units: total(steps, ({ opened, units }) => opened * units),
      closed_orders: total(steps, ({ closed }) => closed),
      closed_units: total(steps, ({ closed, units }) => closed * units),
    };
  });
}

const dayMs = 86_400_000;

/** Every day of a channel from its first move to its last, with what is open after it. */
export function aggBacklogDaily(moves: readonly MartRow[]): readonly MartRow[] {
  return [...groupBy(moves, (row) => String(row['channel'])).values()].flatMap((all) => {
    const channel = all[0]?.['channel'] ?? null;
    const byDay = new Map(all.map((row) => [String(row['move_date']), row]));
    const days = [...byDay.keys()].toSorted();
    const rows: MartRow[] = [];
    let [orders, units] = [0n, 0n];
    const end = Date.parse(days.at(-1) ?? '');
    for (let at = Date.parse(days[0] ?? ''); at <= end; at += dayMs) {
      const day = new Date(at).toISOString().slice(0, 10);
      const of = (column: string): bigint => BigInt(String(byDay.get(day)?.[column] ?? 0n));
      orders += of('opened_orders') - of('closed_orders');
      units += of('opened_units') - of('closed_units');
      rows.push({
        backlog_day_key: hashKey(day, channel),
        balance_key: hashKey(channel),
        date_day: day,
        channel,
        opened_orders: of('opened_orders'),
        closed_orders: of('closed_orders'),
        open_orders: orders,
        open_units: units,
      });
    }
    return rows;
  });
}
