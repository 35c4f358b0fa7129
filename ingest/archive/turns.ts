import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import { rawTableName } from '../../warehouse/raw-table.ts';
import { ensureTurns, takeTurns } from '../landing/turns.ts';
import type { RetentionRule } from './retention-rules.ts';

type TablesOf = Pick<RetentionRule, 'source' | 'members'>;

/** Before the first transaction that takes them: a loader of this version may not have run yet. */
export async function ensureTurnsOf(warehouse: Warehouse, rule: TablesOf): Promise<void> {
  await ensureTurns(warehouse, turnsOf(rule));
}

/**
 * The loader's turns of all tables of a rule: whoever holds them sees all that was loaded, and nothing is loaded
 * meanwhile.
 */
export async function takeTurnsOf(session: Session, rule: TablesOf): Promise<void> {
  await takeTurns(session, turnsOf(rule));
}

function turnsOf({ source, members }: TablesOf): string[] {
  return members.map(({ table }) => rawTableName(source, table));
}
