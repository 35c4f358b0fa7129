/**
 * Who is one person, said a second time: a fold over the histories that shares nothing with the models. Customer records
 * are one person while their addresses are equal now; what Stripe and Zendesk hold joins a person and makes none.
 */

export type System = 'shop' | 'shopify' | 'stripe' | 'zendesk';

/** One change of one record, in the order of its system's log. */
export interface RecordChange {
  readonly system: System;
  readonly id: number;
  readonly isDelete: boolean;
  readonly email: string | null;
  /** The customer that a satellite names. */
  readonly names: number | null;
}

export interface Persons {
  /** customer → person. */
  readonly members: ReadonlyMap<number, number>;
  /** `system id` → person, null where it belongs to none. */
  readonly satellites: ReadonlyMap<string, number | null>;
}

export function personsOf(history: readonly RecordChange[]): Persons {
  const emails = new Map<number, string | null>();
  for (const system of ['shopify', 'shop'] as const)
    for (const change of history)
      if (change.system === system && !change.isDelete) emails.set(change.id, change.email);
  const first = new Map<string, number>();
  for (const [id, email] of [...emails].toSorted(([left], [right]) => left - right))
    if (email !== null && !first.has(email)) first.set(email, id);
  const personOf = (id: number): number => {
    const email = emails.get(id) ?? null;
    return email === null ? id : (first.get(email) ?? id);
  };
  const satellites = new Map<string, number | null>();
  for (const { system, id, isDelete, email, names } of history) {
    if (system === 'shop' || system === 'shopify') continue;
    if (isDelete) satellites.delete(`${system} ${id}`);
    else
      satellites.set(
        `${system} ${id}`,
        names !== null ? personOf(names) : email === null ? null : (first.get(email) ?? null),
      );
  }
  return { members: new Map([...emails.keys()].map((id) => [id, personOf(id)])), satellites };
}
