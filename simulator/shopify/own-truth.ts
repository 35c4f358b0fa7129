import type pg from 'pg';
import { addTruth, measureOrder, noTruth } from '../order/truth.ts';
import type { Truth } from '../order/truth.ts';
import type { OrderState } from '../order/rows.ts';
import { sum } from '../order/state.ts';
import { grossCents, shareCents } from '../world/money.ts';
import type { Basket } from '../order/placement.ts';
import { ownOrderNumber, ownOrderVersion } from './own-order.ts';

/** Orders of Shopify's own by key, each with the update time (milliseconds) of the version that was seen. */
export type OwnVersions = ReadonlyMap<number, number>;

/** Truth of Shopify's own orders, whose lives are played back to the versions asked for. */
export interface OwnTruth {
  readonly at: (client: pg.Client, versions: OwnVersions) => Promise<Truth>;
}

/** Remembers the last version of every order: most of them are asked for again, unchanged. */
export function createOwnTruth(seed: number): OwnTruth {
  const known = new Map<number, { readonly updatedAt: number; readonly truth: Truth }>();
  return {
    at: async (client, versions) => {
      const changed = [...versions].filter(([id, updatedAt]) => known.get(id)?.updatedAt !== updatedAt);
      const baskets = await readBaskets(
        client,
        changed.map(([id]) => ownOrderNumber(id)),
      );
      for (const [id, updatedAt] of changed) {
        const number = ownOrderNumber(id);
        const basket = baskets.get(number);
        // An order that nobody placed has no truth: whoever published it is told by the difference.
        if (basket === undefined) continue;
        known.set(id, { updatedAt, truth: measure(ownOrderVersion(seed, number, basket, updatedAt)) });
      }
      let total = noTruth;
      for (const id of versions.keys()) total = addTruth(total, known.get(id)?.truth ?? noTruth);
      return total;
    },
  };
}

function measure(state: OrderState): Truth {
  const truth: Record<keyof Truth, bigint> = { ...noTruth };
  for (const { metric, delta } of measureOrder(state)) truth[metric] += delta;
  if (state.orders[0]?.isTest === false) truth.net_revenue += BigInt(voidedRounding(state));
  return truth;
}

/**
 * Shopify names no cancellation before capture: it says how many units are left of a line, so that what was taken off is
 * their share of the line, once. The order's own rows round each cancellation by itself, which prices below a cent show.
 */
function voidedRounding(state: OrderState): number {
  const before = new Set(state.cancellations.filter((each) => each.beforeCapture).map(({ id }) => id));
  return sum(
    state.order_lines.filter((line) => line.kind === 'goods'),
    (line) => {
      const taken = state.cancellation_lines.filter(
        (row) => row.orderLineId === line.id && before.has(row.cancellationId),
      );
      const each = sum(taken, (row) => grossCents(row.quantity, row.unitPriceE4));
      const units = sum(taken, (row) => row.quantity);
      return each - shareCents(grossCents(line.quantity, line.unitPriceE4), units, line.quantity);
    },
  );
}

async function readBaskets(
  client: pg.Client,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, Basket>> {
  if (numbers.length === 0) return new Map();
  const { rows } = await client.query<{ number: string; basket: Basket }>(
    'select number, basket from simulator.shopify_own_life where number = any($1)',
    [numbers],
  );
  return new Map(rows.map(({ number, basket }) => [Number(number), basket]));
}
