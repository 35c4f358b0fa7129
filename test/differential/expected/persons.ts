import type { RowVersion } from '../world/tables.ts';
import { groupBy, hashKey } from './values.ts';

/** Who is one person. */
export interface Persons {
  /** Key of the person behind a customer; a customer that nothing is known of is a person of its own. */
  readonly keyOf: (customerId: bigint) => bigint;
}

/**
 * Customers with one e-mail address, as it is now, are one person: the least of their keys names it. Without an address a
 * customer is a person of its own, and a deleted one keeps the address that it had.
 */
export function personsOf(log: readonly RowVersion[]): Persons {
  const addresses = new Map<string, string>();
  for (const { op, fields } of log) {
    if (op === 'd') continue;
    const [id, token] = [fields['id'] ?? '', fields['email_token'] ?? null];
    if (token === null) addresses.delete(id);
    else addresses.set(id, token);
  }
  const least = new Map<string, bigint>();
  for (const members of groupBy(addresses, ([, address]) => address).values()) {
    const ids = members.map(([id]) => BigInt(id));
    const first = ids.reduce((one, other) => (one < other ? one : other));
    for (const id of ids) least.set(String(id), first);
  }
  return { keyOf: (customerId) => hashKey(least.get(String(customerId)) ?? customerId) };
}
