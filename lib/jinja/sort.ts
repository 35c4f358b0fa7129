import { chargeSize } from './meter.ts';
import { order } from './operators.ts';
import type { Value } from './values.ts';

/** Python's `sorted`: stable, reversed or not, by a key; refuses keys that have no order. */
export function sortedBy<T>(items: Iterable<T>, key: (item: T) => Value, reverse = false): T[] {
  const keyed = Array.from(items, (item) => ({ item, key: key(item) }));
  chargeSize(keyed.length * Math.log2(keyed.length + 1));
  keyed.sort((a, b) => (reverse ? (order(b.key, a.key, '<') ?? 0) : (order(a.key, b.key, '<') ?? 0)));
  return keyed.map(({ item }) => item);
}
