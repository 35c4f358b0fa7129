import type { Session, SqlValue } from '../../../warehouse/warehouse.ts';

/** A column to be filled, and the type its parameters are cast to where the warehouse cannot infer it. */
export type InsertColumn = string | { readonly name: string; readonly type: string };

/** Parameters that one statement may carry; a statement a row would cost a round trip a row. */
const mostParameters = 5_000;

/** Inserts all rows in as few statements as their number allows; nothing where there are none. */
export async function insertRows(
  session: Session,
  table: string,
  columns: readonly InsertColumn[],
  rows: ReadonlyArray<readonly SqlValue[]>,
): Promise<void> {
  const names = columns.map((column) => (typeof column === 'string' ? column : column.name)).join(', ');
  const tuple = `(${columns.map((column) => (typeof column === 'string' ? '?' : `cast(? as ${column.type})`)).join(', ')})`;
  const size = Math.max(1, Math.floor(mostParameters / columns.length));
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    await session.execute(
      `insert into ${table} (${names}) values ${part.map(() => tuple).join(', ')}`,
      part.flat(),
    );
  }
}

/** `?, ?, ?` for an `in` list. */
export function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
