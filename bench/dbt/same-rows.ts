import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';

/** Throws unless both databases hold the same marts: their tables, columns, types, and rows by count and hash. */
export async function mustHoldSameMarts(ours: string, theirs: string): Promise<number> {
  const [left, right] = [await readMarts(ours), await readMarts(theirs)];
  const names = new Set([...left.keys(), ...right.keys()]);
  const differing = [...names].filter((name) => left.get(name) !== right.get(name));
  if (names.size === 0) throw new Error('there are no marts to compare');
  if (differing.length > 0) {
    const shown = differing.map((name) => `${name}: ${left.get(name)} and ${right.get(name)}`);
    throw new Error(`the engine and dbt made different marts:\n${shown.join('\n')}`);
  }
  return names.size;
}

/** Per mart its columns with their types, its number of rows and the sum of their hashes, as one text. */
async function readMarts(file: string): Promise<Map<string, string>> {
  const warehouse = await openDuckdbWarehouse({ path: file, memoryLimit: '2GB', threads: 2 });
  try {
    const tables = await warehouse.query(
      `select table_name as name, string_agg(column_name || ' ' || data_type, ', ' order by ordinal_position) as columns
       from information_schema.columns where table_schema = 'marts' group by table_name order by table_name`,
    );
    const marts = new Map<string, string>();
    for (const { name, columns } of tables) {
      marts.set(String(name), `${String(columns)}; ${await rowsOf(warehouse, String(name))}`);
    }
    return marts;
  } finally {
    await warehouse.close();
  }
}

async function rowsOf(warehouse: Warehouse, mart: string): Promise<string> {
  const [row] = await warehouse.query(
    `select cast(count(*) as varchar) as n, cast(sum(hash(t)) as varchar) as sum from marts.${mart} as t`,
  );
  return `${String(row?.['n'])} rows, hash ${String(row?.['sum'])}`;
}
