import { quoteIdentifier } from '../../warehouse/sql-text.ts';
import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { landingErrors } from './errors.ts';

/**
 * By turns, those who write the same raw table exclude each other: whoever has it is the only one, from before it looks
 * at what is loaded until its transaction ends. A turn is a table of its own with one row, because Snowflake's UPDATE locks
 * the table and not the row: in a common one, loads of different tables would wait for each other's COPY. Several turns
 * are taken in the order of their names and before anything else is locked, so that no two who wait hold what the other
 * waits for. The turn of naming batches comes after those of raw tables.
 */
export const batchTurn = '_batches';

/** Creates turns, in one statement each: with their row, or not at all. */
export async function ensureTurns(warehouse: Warehouse, names: readonly string[]): Promise<void> {
  for (const name of names)
    await warehouse.execute(
      `create table if not exists ${turnTable(name)} as select cast(0 as bigint) as loads`,
    );
}

/** Takes turns, and keeps them until the transaction ends. */
export async function takeTurns(session: Session, names: Iterable<string>): Promise<void> {
  for (const name of [...new Set(names)].sort()) {
    if ((await session.execute(`update ${turnTable(name)} set loads = loads + 1`)) > 0) continue;
    throw landingErrors.error('LOAD_TURN_MISSING', { message: `${turnTable(name)} has no row` });
  }
}

function turnTable(name: string): string {
  return `_meta.${quoteIdentifier(`load_turn__${name}`)}`;
}
