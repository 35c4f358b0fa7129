/** Where the rows that things happen to are found. */
type RowSource = 'authorisation' | 'capture' | 'void' | 'refund' | 'dispute' | RowsOfCustomers | 'payout';
type RowsOfCustomers = 'customer' | 'customer-updated' | 'customer-deleted';

/**
 * A kind of thing that happens to rows of the shop, at a time that follows from the row: a list of the API is read
 * from one or several of them, newest first.
 */
export interface OccurrenceKind {
  /** Two letters or digits that ids carry. Also orders what happens at the same time. */
  readonly code: string;
  readonly rows: RowSource;
  /** A further condition, in SQL; `now` stands for the moment of reading. */
  readonly where?: (now: string) => string;
  /** So long after the row's own time. */
  readonly laterSeconds?: number;
}

/** Something that happened: a row of a list. */
export interface Occurrence {
  readonly code: string;
  /** The key of the row: a payment's, a customer's, a payout's. */
  readonly key: number;
  /** Microseconds since 1970. */
  readonly at: number;
}

/** Oldest first. What happens at the same time is ordered too, so that a cursor has one place. */
export function compareOccurrences(a: Occurrence, b: Occurrence): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.code !== b.code) return a.code < b.code ? -1 : 1;
  return a.key - b.key;
}

/** The SQL of each source: table, condition, and the time that its index is ordered by. */
export const rowSources: Readonly<
  Record<
    Exclude<RowSource, 'payout'>,
    { readonly table: string; readonly where: string; readonly at: string }
  >
> = {
  authorisation: payments('authorisation', 'created_at'),
  capture: payments('capture', 'created_at', "status = 'succeeded'"),
  void: payments('void', 'created_at', "status = 'succeeded'"),
  refund: payments('refund', 'created_at', "status = 'succeeded'"),
  dispute: payments(
    'capture',
    'simulator.stripe_disputed_at(id, created_at)',
    "status = 'succeeded'",
    "simulator.stripe_dice('dispute', id, 250) = 0",
  ),
  customer: customers('created_at'),
  'customer-updated': customers('updated_at', 'updated_at > created_at'),
  'customer-deleted': customers(
    'simulator.stripe_deleted_at(id, created_at)',
    "simulator.stripe_dice('deleted', id, 100) = 0",
  ),
};

function payments(kind: string, at: string, ...more: readonly string[]): (typeof rowSources)['capture'] {
  const where = [`kind = '${kind}'`, "method in ('card', 'apple_pay')", ...more].join(' and ');
  return { table: 'payments', where, at };
}

function customers(at: string, ...more: readonly string[]): (typeof rowSources)['customer'] {
  return { table: 'customers', where: ['email is not null', ...more].join(' and '), at };
}
