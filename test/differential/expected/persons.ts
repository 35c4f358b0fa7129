import type { ApiWorld, Data } from '../world/objects.ts';
import { nowOf } from '../world/objects.ts';
import type { RowVersion } from '../world/tables.ts';
import { groupBy, hashKey } from './values.ts';

/** Who is one person. */
export interface Persons {
  /** Key of the person behind a customer; a customer that nothing is known of is a person of its own. */
  readonly keyOf: (customerId: bigint) => bigint;
  /** The customer record that names the person behind a customer. */
  readonly idOf: (customerId: bigint) => bigint;
  /** That of the person who has an address now. */
  readonly ofAddress: (token: string) => bigint | null;
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
  const owners = new Map<string, bigint>();
  for (const [address, members] of groupBy(addresses, ([, token]) => token)) {
    const ids = members.map(([id]) => BigInt(id));
    const first = ids.reduce((one, other) => (one < other ? one : other));
    owners.set(address, first);
    for (const id of ids) least.set(String(id), first);
  }
  const idOf = (customerId: bigint): bigint => least.get(String(customerId)) ?? customerId;
  return {
    idOf,
    keyOf: (customerId) => hashKey(idOf(customerId)),
    ofAddress: (token) => owners.get(token) ?? null,
  };
}

/** Somebody whom another system knows: the customer that it names, and the person. */
export interface Satellite {
  readonly customerId: bigint | null;
  readonly personId: bigint | null;
}

/** Whom a record of another system is: the customer that it names, else whoever has its address. */
export function satelliteOf(named: unknown, data: Data, persons: Persons): Satellite {
  if (typeof named === 'string' && /^\d{1,18}$/.test(named)) {
    const customerId = BigInt(named);
    return { customerId, personId: persons.idOf(customerId) };
  }
  const token = data['email_token'];
  return { customerId: null, personId: typeof token === 'string' ? persons.ofAddress(token) : null };
}

/** Persons whom Stripe knows, and those whom the help desk knows. */
export function knownElsewhere(
  stripe: ApiWorld,
  zendesk: ApiWorld,
  persons: Persons,
): { readonly atStripe: ReadonlySet<bigint | null>; readonly onZendesk: ReadonlySet<bigint | null> } {
  const payers = [...nowOf(stripe, 'customers').values()].map((data) => {
    const metadata: unknown = data['metadata'];
    const named: unknown =
      typeof metadata === 'object' && metadata !== null && 'customer_id' in metadata
        ? metadata.customer_id
        : undefined;
    return satelliteOf(named, data, persons).personId;
  });
  const users = [...nowOf(zendesk, 'users').values()].map(
    (data) => satelliteOf(data['external_id'], data, persons).personId,
  );
  return { atStripe: new Set(payers), onZendesk: new Set(users) };
}
