import { shopTables } from '../../ingest/postgres/shop-tables.ts';
import { quoteLiteral } from '../../warehouse/sql-text.ts';

/** Columns that staging calls otherwise than the shop. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sellers: { name: 'seller_name', country: 'seller_country' },
  cancellations: { number: 'cancellation_number' },
};

/** Staging's name of a captured table's key: `orders` has `order_id`, `order_lines` `order_line_id`. */
export function idColumn(table: string): string {
  return `${table.replace(/s$/, '')}_id`;
}

/**
 * Staging rows (log columns included) as the raw rows they came from. `batch` is an SQL expression over the row;
 * `versions` repeats each row as that many changes, the earlier ones an hour apart.
 */
export function rawRows(table: string, staged: string, batch: string, versions = 1): string {
  const captured = shopTables.find((each) => each.table === table);
  if (captured === undefined) throw new Error(`the shop has no table ${table}`);
  const fields = captured.columns.map((landed) => {
    // What lands of an address is its token.
    const column = landed === 'email' ? 'email_token' : landed;
    const stagedName = column === 'id' ? idColumn(table) : (renamed[table]?.[column] ?? column);
    const zone = column.endsWith('_at') ? ` || '+00'` : '';
    return `${quoteLiteral(column)}, cast(${stagedName} as varchar)${zone}`;
  });
  return `select json_object(${fields.join(', ')}) as data,
      case when version > 1 then 'c' else _op end as _op,
      case when version > 1 then format('{:016X}', epoch_us(_committed_at) - (version - 1) * 3600000000) else _position end
        as _position,
      _ordinal, _committed_at - to_hours(version - 1) as _committed_at, '${table}-1' as _schema_id,
      null as _unchanged, ${batch} as _batch_id, ${batch} || '/${table}.ndjson.gz' as _file,
      cast(_committed_at as timestamp) as _loaded_at
    from (${staged}) as staged cross join range(1, ${versions + 1}) as numbers(version)`;
}
