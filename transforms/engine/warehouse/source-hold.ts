import type { Clock } from '../../../lib/clock.ts';
import { forgetWarehouse } from '../../../lib/memory.ts';
import type { Session } from '../../../warehouse/warehouse.ts';

/** A table of a source, as `shop.orders`. */
export interface SourceTable {
  readonly source: string;
  readonly table: string;
}

/**
 * Holds a source's table: marts made from it stay at their last good version and say why. One that is held already keeps
 * its time and reason.
 */
export async function holdSource(
  session: Session,
  clock: Clock,
  { source, table, reason }: SourceTable & { readonly reason: string },
): Promise<void> {
  await session.execute(
    `insert into _meta.source_hold (source, table_name, reason, since, released_at)
     select ?, ?, ?, cast(? as timestamp), cast(null as timestamp)
     where not exists (
       select 1 from _meta.source_hold where source = ? and table_name = ? and released_at is null)`,
    [source, table, reason, clock.now().toISOString(), source, table],
  );
  forgetWarehouse(session);
}

/** Releases a table: the next build takes the marts made from it up again. Resolves to whether it was held. */
export async function releaseSource(
  session: Session,
  clock: Clock,
  { source, table }: SourceTable,
): Promise<boolean> {
  const released = await session.execute(
    `update _meta.source_hold set released_at = cast(? as timestamp)
     where source = ? and table_name = ? and released_at is null`,
    [clock.now().toISOString(), source, table],
  );
  forgetWarehouse(session);
  return released > 0;
}

/** Tables of a source that are held. */
export async function heldTables(session: Session, source: string): Promise<ReadonlySet<string>> {
  const rows = await session.query(
    'select table_name from _meta.source_hold where source = ? and released_at is null',
    [source],
  );
  return new Set(rows.map((row) => String(row['table_name'])));
}
