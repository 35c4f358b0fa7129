import type { Fields, RowChange, Transaction } from './changes.ts';

/** A version of a row, in the order of the log; of a delete only the key is known. */
export interface RowVersion extends RowChange {
  readonly committedAt: number;
}

/** What a source's tables hold in the end, and how they came to it. */
export interface Tables {
  /** Rows that are there, by key. */
  readonly now: (table: string) => ReadonlyMap<string, Fields>;
  /** Every version of every row. */
  readonly versions: (table: string) => readonly RowVersion[];
}

/** Plays transactions, given in the order of commits. */
export function playTransactions(transactions: readonly Transaction[]): Tables {
  const now = new Map<string, Map<string, Fields>>();
  const versions = new Map<string, RowVersion[]>();
  for (const { at, changes } of transactions) {
    for (const change of changes) {
      const { table, op, fields } = change;
      const rows = now.get(table) ?? new Map<string, Fields>();
      now.set(table, rows);
      if (op === 'd') rows.delete(fields['id'] ?? '');
      else rows.set(fields['id'] ?? '', fields);
      versions.set(table, [...(versions.get(table) ?? []), { ...change, committedAt: at }]);
    }
  }
  return { now: (table) => now.get(table) ?? new Map(), versions: (table) => versions.get(table) ?? [] };
}
