import { isObject } from '../saas/json.ts';
import type { JsonObject, JsonValue } from '../saas/json.ts';
import { renderObject, transactionOrigin } from './objects.ts';
import type { ObjectName, Origin } from './objects.ts';

/** An object with what it was made from, so that what it names can be put in its place. */
export interface Rendered {
  readonly object: JsonObject;
  readonly origin: Origin;
}

type Plant = (object: JsonObject) => JsonObject;
type Expansion = (origin: Origin, name: ObjectName) => readonly [ObjectName, Origin] | undefined;

const to =
  (name: ObjectName): Expansion =>
  (origin) => [name, origin];
const customer: Expansion = (origin) =>
  origin.purchase?.shopper == null
    ? undefined
    : ['customer', { ...origin, shopper: origin.purchase.shopper }];
const transaction: Expansion = (origin, name) =>
  within('balance_transaction', transactionOrigin(name, origin, false));
const failure: Expansion = (origin, name) =>
  within('balance_transaction', transactionOrigin(name, origin, true));
const source: Expansion = (origin) => {
  const movement = origin.moved?.movement;
  return movement === undefined ? undefined : [movement.source, origin];
};

/** What can be expanded, by object and field. */
const expansions: Readonly<Record<ObjectName, Readonly<Record<string, Expansion>>>> = {
  charge: { customer, balance_transaction: transaction, payment_intent: to('payment_intent') },
  payment_intent: { customer, latest_charge: to('charge') },
  refund: {
    customer,
    charge: to('charge'),
    payment_intent: to('payment_intent'),
    balance_transaction: transaction,
    failure_balance_transaction: failure,
  },
  dispute: { charge: to('charge'), payment_intent: to('payment_intent') },
  balance_transaction: { source },
  payout: { balance_transaction: transaction },
  customer: {},
};

function within(name: ObjectName, origin: Origin | undefined): readonly [ObjectName, Origin] | undefined {
  return origin === undefined ? undefined : [name, origin];
}

/** The first part of a path that cannot be expanded, if there is one. */
export function unexpandable(name: ObjectName, path: readonly string[]): string | undefined {
  const [field, ...rest] = path;
  if (field === undefined) return undefined;
  if (name === 'charge' && field === 'refunds') return rest[0];
  if (expansions[name][field] === undefined) return field;
  // A source may be any of several objects; what each of them lacks is left as it is.
  const [next] = expansions[name][field]({ at: 0 }, name) ?? [];
  return next === undefined || field === 'source' ? undefined : unexpandable(next, rest);
}

/** The object with the object that a path names in place of its id, and so on along the path. */
export function expand(
  name: ObjectName,
  { object, origin }: Rendered,
  path: readonly string[],
  plant: Plant,
): JsonObject {
  const [field, ...rest] = path;
  if (field === undefined) return object;
  if (name === 'charge' && field === 'refunds') return { ...object, refunds: refundList(origin, plant) };
  const found = object[field] === null ? undefined : expansions[name][field]?.(origin, name);
  if (found === undefined) return object;
  const [next, nextOrigin] = found;
  const present = object[field];
  // Another path may have expanded it already.
  const inner = isExpanded(present) ? present : renderObject(next, nextOrigin);
  if (inner === undefined) return object;
  const planted = inner === present ? inner : plant(inner);
  return { ...object, [field]: expand(next, { object: planted, origin: nextOrigin }, rest, plant) };
}

function isExpanded(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}

function refundList(origin: Origin, plant: Plant): JsonObject {
  const refunds = (origin.purchase?.refunds ?? []).toReversed().flatMap((refund) => {
    const object = renderObject('refund', { ...origin, refund });
    return object === undefined ? [] : [plant(object)];
  });
  // Nested lists are cut, and say so.
  return { object: 'list', data: refunds.slice(0, 10), has_more: refunds.length > 10, url: '/v1/refunds' };
}
