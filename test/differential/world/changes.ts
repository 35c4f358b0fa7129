import { catalogueColumns } from '../../../simulator/world/catalogue.ts';
import { orderColumns, rowTexts } from '../../../simulator/order/columns.ts';
import type { Column } from '../../../simulator/order/columns.ts';

/** Columns of a row with PostgreSQL's text output. */
export type Fields = Readonly<Record<string, string | null>>;

/** One row written by a transaction. */
export interface RowChange {
  readonly table: string;
  readonly op: 'c' | 'u' | 'd';
  readonly fields: Fields;
}

/** Rows that were written together, and when they were committed (milliseconds). */
export interface Transaction {
  readonly at: number;
  readonly changes: readonly RowChange[];
}

const columns: Readonly<Record<string, readonly Column[]>> = { ...orderColumns, ...catalogueColumns };

/** A row of the simulator's as capture would land it: without card data, the address as a token. */
export function fieldsOf(table: string, row: object): Fields {
  const of = columns[table];
  if (of === undefined) throw new RangeError(`the shop has no table ${table}`);
  const texts = rowTexts(of, row);
  return Object.fromEntries(
    of.flatMap(({ column, type }, index) => {
      if (/^(card_|full_name)/.test(column)) return [];
      const text = texts[index] ?? null;
      if (column === 'email') return [['email_token', text === null ? null : `token of ${text}`]];
      return [[column, type === 'time' && text !== null ? text.replace('T', ' ').replace('Z', '+00') : text]];
    }),
  );
}
