import type { Random } from '../world/random.ts';
import type { Change, OrderTable } from './rows.ts';
import { applyChanges, summarise } from './state.ts';
import type { OrderSummary } from './state.ts';
import { statusOf } from './status.ts';

/** What an action may depend on besides the order: chance, time, and fresh keys. */
export interface ActionContext {
  readonly random: Random;
  /** When it happens, milliseconds since the epoch. */
  readonly now: number;
  readonly nextId: (table: OrderTable) => number;
}

/** Something that can happen to a placed order. */
export interface OrderAction {
  readonly name: string;
  /** How likely it is in this state, in proportion to the others; zero where it is not allowed. */
  readonly weight: (summary: OrderSummary) => number;
  readonly run: (summary: OrderSummary, context: ActionContext) => readonly Change[];
}

/** What an action wrote, and the order after it. */
export interface Outcome {
  readonly changes: readonly Change[];
  readonly summary: OrderSummary;
}

/** Runs an action, then brings the order's own row in line with what it did. */
export function perform(action: OrderAction, summary: OrderSummary, context: ActionContext): Outcome {
  const changes = action.run(summary, context);
  if (changes.length === 0) return { changes, summary };
  const after = summarise(applyChanges(summary.state, changes));
  const status = statusOf(after);
  const isCancelled = status === 'cancelled';
  const order = {
    ...after.order,
    status,
    cancelledAt: isCancelled ? (after.order.cancelledAt ?? context.now) : after.order.cancelledAt,
    updatedAt: context.now,
  };
  return {
    changes: [...changes, { op: 'update', table: 'orders', row: order }],
    summary: { ...after, order, state: { ...after.state, orders: [order] } },
  };
}
