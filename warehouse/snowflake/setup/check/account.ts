import { keyOf } from '../item.ts';
import type { Item } from '../item.ts';
import type { Relation } from '../plan/relations.ts';

/** What is known of an account: all that was asked for, and more. */
export interface Account {
  readonly items: readonly Item[];
  readonly relations: readonly Relation[];
}

export const nothing: Account = { items: [], relations: [] };

/** Puts together what several statements say; what they say of one object adds up. */
export function merged(parts: readonly Account[]): Account {
  const items = new Map<string, Item>();
  const relations = new Map<string, Relation>();
  for (const item of parts.flatMap((part) => part.items)) {
    const known = items.get(keyOf(item));
    const both =
      known?.item === 'object' && item.item === 'object'
        ? { ...known, properties: { ...known.properties, ...item.properties } }
        : item;
    items.set(keyOf(item), both);
  }
  for (const relation of parts.flatMap((part) => part.relations)) {
    const name = `${relation.schema}.${relation.name}`;
    const known = relations.get(name);
    relations.set(name, { ...relation, columns: [...(known?.columns ?? []), ...relation.columns] });
  }
  return { items: [...items.values()], relations: [...relations.values()] };
}

/** Names of the objects of a type that the account has. */
export function namesOfType(account: Account, type: string): string[] {
  return account.items.flatMap((item) => (item.item === 'object' && item.type === type ? [item.name] : []));
}
