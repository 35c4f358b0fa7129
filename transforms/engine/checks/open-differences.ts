import { placeholders, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Session } from '../../../warehouse/warehouse.ts';
import { isBlocking } from './check.ts';
import type { CheckResult } from './check.ts';

/**
 * Remembers how far back the differences reach that comparisons of sources have found, so that they look at least so far
 * the next time, however long ago that is (macro is_compared). One that found none forgets; one that could not be run
 * keeps what it knew.
 */
export async function recordOpenDifferences(
  session: Session,
  runId: string,
  results: readonly CheckResult[],
): Promise<void> {
  const compared = results.filter(({ comparesBy, status }) => comparesBy !== undefined && status !== 'error');
  if (compared.length === 0) return;
  const open = compared.filter((result) => result.status === 'warn' || isBlocking(result));
  if (open.length > 0) {
    const arms = open.map(
      ({ name, sql, comparesBy = '' }) =>
        `select ${quoteLiteral(name)}, min(${comparesBy}), ${quoteLiteral(runId)} from (${sql}\n) as failures
         having min(${comparesBy}) is not null`,
    );
    // Before what was known goes: the queries go by it.
    await session.execute(
      `insert into _meta.open_difference (name, oldest_at, run_id)\n${arms.join('\nunion all\n')}`,
    );
  }
  await session.execute(
    `delete from _meta.open_difference where run_id <> ? and name in (${placeholders(compared)})`,
    [runId, ...compared.map(({ name }) => name)],
  );
}
