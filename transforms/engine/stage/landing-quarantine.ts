import type { Row, Warehouse } from '../../../warehouse/warehouse.ts';
import { renderDialectMacro } from '../dialect/macros.ts';

/** A row that landing would not let on; it stands in `raw.<source>___quarantine`, without its values. */
export interface LandingQuarantined {
  /** As `shop.orders`. */
  readonly table: string;
  readonly column: string | null;
  readonly key: string | null;
  readonly reason: string;
  readonly position: string;
  readonly ordinal: string;
  readonly batchId: string;
  readonly loadedAt: string;
}

const fields = ['table', 'column', 'key', 'reason'] as const;

/** What landing has set aside: the newest rows, at most `limit` of each source that has such a table. */
export async function readLandingQuarantine(
  warehouse: Warehouse,
  limit: number,
): Promise<LandingQuarantined[]> {
  const tables = await warehouse.query(
    `select lower(table_name) as name from information_schema.tables
     where lower(table_schema) = 'raw' and right(lower(table_name), 13) = '___quarantine' order by 1`,
  );
  const { dialect } = warehouse.capabilities;
  const texts = fields.map(
    (name) =>
      `${renderDialectMacro('json_text', dialect, { positional: ['data', name], named: {} })} as noted_${name}`,
  );
  const found: LandingQuarantined[] = [];
  for (const { name } of tables) {
    const rows = await warehouse.query(
      `select ${texts.join(', ')}, _position, _ordinal, _batch_id, _loaded_at from raw.${String(name)}
       order by _loaded_at desc, _position, _ordinal limit ${limit}`,
    );
    const source = String(name).replace(/___quarantine$/, '');
    found.push(...rows.map((row) => toNoted(source, row)));
  }
  return found;
}

function toNoted(source: string, row: Row): LandingQuarantined {
  const orNull = (name: string): string | null => {
    const value = row[name] ?? null;
    return value === null ? null : String(value);
  };
  return {
    table: `${source}.${orNull('noted_table') ?? '?'}`,
    column: orNull('noted_column'),
    key: orNull('noted_key'),
    reason: orNull('noted_reason') ?? '',
    position: String(row['_position']),
    ordinal: String(row['_ordinal']),
    batchId: String(row['_batch_id']),
    loadedAt: String(row['_loaded_at']),
  };
}
