import type { TableShape } from '../drift/shape.ts';
import { sourceSchema } from './relation.ts';
import type { SourceConnection } from './source-connection.ts';

interface CatalogueRow {
  readonly table: string;
  readonly id: number;
  readonly columns: TableShape['columns'];
}

/**
 * Every table of the captured schema with all its columns, captured or not: only names and types are read. A column list
 * keeps new columns out of the stream, and DDL leaves no trace in it, so the catalogue is the only place that tells.
 */
export async function readCatalogue(source: SourceConnection): Promise<TableShape[]> {
  const rows = await source.query<CatalogueRow>(
    `select c.relname as table, c.oid::int8::float8 as id,
            coalesce(json_agg(json_build_object(
              'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'id', a.attnum,
              'isKey', a.attnum = any(coalesce(i.indkey::int2[], '{}'))) order by a.attnum)
              filter (where a.attnum is not null), '[]') as columns
     from pg_class c
     left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_index i on i.indrelid = c.oid and i.indisprimary
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     group by c.relname, c.oid order by c.relname`,
    [sourceSchema],
  );
  return rows.map(({ table, id, columns }) => ({ table, id, columns }));
}
