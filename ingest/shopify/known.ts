import type { Warehouse } from '../../warehouse/warehouse.ts';
import { findRawRows } from '../extract/raw-rows.ts';

type KnownTable = 'orders' | 'products' | 'customers';

/** What was landed and loaded before, to compare with what is visible now. */
export interface KnownObjects {
  /** Global ids of the objects that were not deleted. */
  readonly ids: (table: KnownTable) => Promise<ReadonlySet<string>>;
  /** Creation of the oldest order, milliseconds since 1970. */
  readonly oldestOrderMs: () => Promise<number | undefined>;
}

/** Reads the raw tables; a warehouse without them knows nothing yet. */
export function knownInWarehouse(warehouse: Warehouse): KnownObjects {
  return {
    ids: async (table) => {
      const raw = await findRawRows(warehouse, 'shopify', table);
      if (raw === undefined) return new Set();
      const id = raw.field('id');
      const rows = await warehouse.query(
        `select id from (select ${id} as id, _op as op, row_number() over (partition by ${id}
           order by _position desc, _ordinal desc) as place from ${raw.table}) versions
         where place = 1 and op <> 'd'`,
      );
      return new Set(rows.map((row) => String(row['id'])));
    },
    oldestOrderMs: async () => {
      const raw = await findRawRows(warehouse, 'shopify', 'orders');
      if (raw === undefined) return undefined;
      const [row] = await warehouse.query(
        `select min(${raw.field('createdAt')}) as oldest from ${raw.table}`,
      );
      const oldest = row?.['oldest'];
      return typeof oldest === 'string' ? Date.parse(oldest) : undefined;
    },
  };
}

/** For a platform whose warehouse is not there yet. */
export const nothingKnown: KnownObjects = {
  ids: async () => new Set(),
  oldestOrderMs: async () => undefined,
};
