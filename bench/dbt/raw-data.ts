import { ensureLoadSchema } from '../../ingest/landing/raw-tables.ts';
import { rawColumns } from '../../warehouse/raw-table.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { rawTables } from './tables.ts';
import type { RawTable } from './tables.ts';

const batch = 'bench-1';
const loadedAt = `timestamp '2026-03-02 00:00:00'`;

/** Makes a database file that holds the raw tables and what a loader notes of them, and nothing else. */
export async function makeRawData(file: string): Promise<number> {
  const warehouse = await openDuckdbWarehouse({ path: file, memoryLimit: '2GB', threads: 2 });
  try {
    await ensureLoadSchema(
      warehouse,
      'shop',
      rawTables.map(({ name }) => name),
    );
    let rows = 0;
    for (const table of rawTables) rows += await fill(warehouse, table);
    await warehouse.execute(
      `insert into _meta.loaded_batch
           (batch_id, source, kind, from_position, to_position, to_committed_at, row_count, loaded_at)
         values ('${batch}', 'shop', 'snapshot', '0000000000000000', '7FFFFFFFFFFFFFFF',
         timestamp '2026-03-01 00:00:00', ${rows}, ${loadedAt})`,
    );
    return rows;
  } finally {
    await warehouse.close();
  }
}

/** Every row as it was made, and a second time where it was changed, up to ten days later. */
async function fill(warehouse: Warehouse, table: RawTable): Promise<number> {
  const values = table.fields.map(({ name, type, value }) => {
    const zone = type === 'timestamp' ? ` || '+00'` : '';
    return `'${name}', cast(${value} as varchar)${zone}`;
  });
  const step = Math.floor((365 * 86_400) / table.rows);
  const rows = await warehouse.execute(
    `insert into raw.shop__${table.name} (${rawColumns.map(({ name }) => name).join(', ')})
     select json_object(${values.join(', ')}), case version when 1 then 'c' else 'u' end,
       format('{:016X}', epoch_us(changed_at)), id, changed_at, '${table.name}-1', null, '${batch}', '${table.name}.ndjson.gz', ${loadedAt}
     from (
       select *, made_at + to_seconds((version - 1) * (1 + cast(hash(id, 9) % 864000 as bigint))) as changed_at
       from (
         select id, version, timestamp '2025-03-01 00:00:00' + to_seconds(id * ${step}) as made_at
         from range(1, ${table.rows + 1}) as ids(id), range(1, 3) as versions(version)
       ) as made
     ) as placed
     where version = 1 or hash(id, 1) % 100 < ${table.changed}`,
  );
  await warehouse.execute(
    `insert into _meta.load_ledger values ('${batch}/${table.name}', '${batch}', 'shop', '${table.name}', ${rows}, ${loadedAt})`,
  );
  return rows;
}
