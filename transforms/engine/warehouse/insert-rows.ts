import type { Session, SqlValue } from '../../../warehouse/warehouse.ts';

/** A column, and the type its parameters are cast to. */
export interface TypedColumn {
  readonly name: string;
  readonly type: string;
}

/** A column that has the same value in all rows, as SQL; the rows leave it out. */
export interface SharedColumn {
  readonly name: string;
  readonly sql: string;
}

/** A column to be filled, with its type where the warehouse cannot infer it. */
export type InsertColumn = string | TypedColumn | SharedColumn;

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
  const tuple = `(${columns.map(valueOf).join(', ')})`;
  const parameters = columns.filter((column) => typeof column === 'string' || 'type' in column).length;
  const size = Math.max(1, Math.floor(mostParameters / Math.max(1, parameters)));
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    await session.execute(
      `insert into ${table} (${names}) values ${part.map(() => tuple).join(', ')}`,
      part.flat(),
    );
  }
}

function valueOf(column: InsertColumn): string {
  if (typeof column === 'string') return '?';
  return 'sql' in column ? column.sql : `cast(? as ${column.type})`;
}

/** Writes rows over those of the same keys, and adds those whose keys are new; nothing where there are none. */
export async function mergeRows(
  session: Session,
  table: string,
  { keys, values }: { readonly keys: readonly TypedColumn[]; readonly values: readonly TypedColumn[] },
  rows: ReadonlyArray<readonly SqlValue[]>,
): Promise<void> {
  const columns = [...keys, ...values];
  const select = `select ${columns.map(({ name, type }) => `cast(? as ${type}) as ${name}`).join(', ')}`;
  const names = columns.map(({ name }) => name);
  const size = Math.max(1, Math.floor(mostParameters / columns.length));
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    await session.execute(
      `merge into ${table} as t using (${part.map(() => select).join(' union all ')}) as s
       on ${keys.map(({ name }) => `t.${name} = s.${name}`).join(' and ')}
       when matched then update set ${values.map(({ name }) => `${name} = s.${name}`).join(', ')}
       when not matched then insert (${names.join(', ')}) values (${names.map((name) => `s.${name}`).join(', ')})`,
      part.flat(),
    );
  }
}
