import { findRawRows } from '../extract/raw-rows.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { stripeSource } from './field-lists.ts';

/** Which objects of a table are not done with: their last known state is none of these. */
export interface OpenObjects {
  readonly table: string;
  readonly terminal: readonly string[];
  /** Created at or after this, seconds since 1970: what was abandoned is not asked for for ever. */
  readonly createdFrom: number;
}

/** Ids of objects that are not done with, as far as the raw tables know. */
export type FindOpenObjects = (open: OpenObjects) => Promise<readonly string[]>;

/** Looks in the raw tables; a table that was never loaded has no open objects. */
export function findOpenObjects(warehouse: Warehouse): FindOpenObjects {
  return async ({ table, terminal, createdFrom }) => {
    const raw = await findRawRows(warehouse, stripeSource, table);
    if (raw === undefined) return [];
    const { field } = raw;
    const rows = await warehouse.query(
      `select id from (
         select ${field('id')} as id, ${field('status')} as status, ${field('created')} as created, _op as op,
           row_number() over (partition by ${field('id')} order by _position desc, _ordinal desc) as nth
         from ${raw.table}
       ) latest
       where nth = 1 and op <> 'd' and cast(created as bigint) >= ?
         and (status is null or status not in (${terminal.map(() => '?').join(', ')}))
       order by id`,
      [createdFrom, ...terminal],
    );
    return rows.map((row) => String(row['id']));
  };
}
