import type { Capabilities } from '../../warehouse/capabilities.ts';
import { quoteIdentifier, quoteLiteral } from '../../warehouse/sql-text.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { rawSchema, rawTableName } from '../../warehouse/raw-table.ts';

/** What SQL over a source's raw table needs. */
interface RawRows {
  /** Ready for a query. */
  readonly table: string;
  /** A field of the landed object, as text. */
  readonly field: (name: string) => string;
}

const fieldSql: Readonly<Record<Capabilities['dialect'], (name: string) => string>> = {
  duckdb: (name) => `(data ->> ${quoteLiteral(name)})`,
  snowflake: (name) => `data:${name}::varchar`,
};

/** Looks for a raw table; undefined: nothing was ever loaded into it. */
export async function findRawRows(
  warehouse: Warehouse,
  source: string,
  table: string,
): Promise<RawRows | undefined> {
  const name = rawTableName(source, table);
  const known = await warehouse.query(
    'select 1 as is_there from information_schema.tables where lower(table_schema) = ? and lower(table_name) = ?',
    [rawSchema, name],
  );
  if (known.length === 0) return undefined;
  return { table: `${rawSchema}.${quoteIdentifier(name)}`, field: fieldSql[warehouse.capabilities.dialect] };
}
