import { movements, payoutMovement, refundFailure } from './balance.ts';
import type { Movement } from './balance.ts';
import { eventKinds, refundFailedEvent } from './event-kinds.ts';
import type { EventKind } from './event-kinds.ts';
import { keyOf } from './object-id.ts';
import type { ObjectName } from './objects.ts';
import type { OccurrenceKind } from './occurrence.ts';

/** What an id stands for: a kind of occurrence of the list, and its row. */
interface Named {
  readonly kind: OccurrenceKind;
  readonly key: number;
}

/** A list of the API at `/v1/<name>`. */
export interface Collection {
  readonly name: string;
  readonly object: ObjectName | 'event';
  readonly kinds: readonly OccurrenceKind[];
  /** Parameters besides the ones that every list has. */
  readonly filters: readonly string[];
  readonly named: (id: string) => Named | undefined;
}

/** The lists, which depend on whether refunds may fail. */
export function makeCollections(refundsMayFail: boolean): readonly Collection[] {
  const balance: readonly Movement[] = [
    ...movements,
    payoutMovement,
    ...(refundsMayFail ? [refundFailure] : []),
  ];
  const events: readonly EventKind[] = [...eventKinds, ...(refundsMayFail ? [refundFailedEvent] : [])];
  return [
    rowsList('charges', 'charge', 'ch_', { code: 'ch', rows: 'authorisation' }, ['payment_intent']),
    rowsList('payment_intents', 'payment_intent', 'pi_', { code: 'pi', rows: 'authorisation' }, []),
    rowsList('refunds', 'refund', 're_', { code: 're', rows: 'refund' }, ['charge', 'payment_intent']),
    rowsList('disputes', 'dispute', 'dp_', { code: 'dp', rows: 'dispute' }, ['charge', 'payment_intent']),
    rowsList('payouts', 'payout', 'po_', { code: 'po', rows: 'payout' }, []),
    {
      ...rowsList('customers', 'customer', 'cus_', { code: 'cu', rows: 'customer' }, []),
      // What is deleted is in no list, but is still found by its id.
      kinds: [{ code: 'cu', rows: 'customer', where: notDeleted }],
    },
    {
      name: 'balance_transactions',
      object: 'balance_transaction',
      kinds: balance,
      filters: ['payout', 'type', 'source', 'currency'],
      named: (id) => named(balance, id, ({ code }) => `txn_${code}`),
    },
    { name: 'events', object: 'event', kinds: events, filters: ['type'], named: () => undefined },
  ];
}

function notDeleted(now: string): string {
  return `(simulator.stripe_dice('deleted', id, 100) <> 0 or simulator.stripe_deleted_at(id, created_at) > ${now})`;
}

function rowsList(
  name: string,
  object: ObjectName,
  prefix: string,
  kind: OccurrenceKind,
  filters: readonly string[],
): Collection {
  return { name, object, kinds: [kind], filters, named: (id) => named([kind], id, () => prefix) };
}

function named(
  kinds: readonly OccurrenceKind[],
  id: string,
  prefixOf: (kind: OccurrenceKind) => string,
): Named | undefined {
  for (const kind of kinds) {
    const key = keyOf(prefixOf(kind), id);
    if (key !== undefined) return { kind, key };
  }
  return undefined;
}
