import type { Pool } from 'pg';
import { plantedText } from './canaries.ts';

/** A column of the shop's that took planted texts. */
export interface PlantedColumn {
  readonly table: string;
  readonly column: string;
  readonly rows: number;
}

/** Codes that the simulated APIs translate; a text in them makes those fail, so that they come last. */
const codes: ReadonlySet<string> = new Set(['category', 'channel', 'country', 'method', 'ship_country']);

/**
 * Writes card numbers into every column of the shop's tables that takes any text: those that are captured, those that
 * must never be, and those that nobody would think of. Columns whose checks refuse it have closed sets of values.
 */
export async function plantInShop(
  shop: Pool,
  which: 'codes' | 'other texts',
  from: number,
  to: number,
): Promise<PlantedColumn[]> {
  const { rows: columns } = await shop.query<{ table: string; column: string }>(
    `select c.table_name as table, c.column_name as column
     from information_schema.columns as c join information_schema.tables as t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
       and c.data_type in ('text', 'character varying', 'json', 'jsonb') order by 1, 2`,
  );
  const planted: PlantedColumn[] = [];
  for (const { table, column } of columns.filter((each) => codes.has(each.column) === (which === 'codes'))) {
    let rows = 0;
    for (let index = from; index < to; index += 1) rows += await plantOne(shop, table, column, index);
    if (rows > 0) planted.push({ table, column, rows });
  }
  return planted;
}

async function plantOne(shop: Pool, table: string, column: string, index: number): Promise<number> {
  try {
    // Unique columns need texts that differ.
    const { rowCount } = await shop.query(
      `update "${table}" set "${column}" = $1 where ctid in
         (select ctid from "${table}" where "${column}" is distinct from $1 order by id offset $2 limit 1)`,
      [`${plantedText(index)} #${index}`, index],
    );
    return rowCount ?? 0;
  } catch {
    return 0;
  }
}
