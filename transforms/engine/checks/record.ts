import type { Session, SqlValue } from '../../../warehouse/warehouse.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { CheckResult } from './check.ts';

/**
 * Writes the results of a run's checks to `_meta.check_result` in one statement, and which checks of their own passed
 * to `_meta.check_pass` (valid once the run has published). `at` is ISO 8601, UTC.
 */
export async function recordChecks(
  session: Session,
  run: Pick<BuildRun, 'id' | 'version' | 'stageStep'>,
  results: readonly CheckResult[],
  at: string,
): Promise<void> {
  await insertRows(session, '_meta.check_result', {
    types: ['varchar', 'varchar', 'varchar', 'varchar', 'bigint', 'timestamp'],
    rows: results.map(({ model, name, status, failures }) => [
      run.id,
      model,
      name,
      status,
      Math.round(failures),
      at,
    ]),
  });
  const passed = results.filter((result) => result.status === 'pass' && result.definition !== undefined);
  if (passed.length === 0) return;
  // Only those that pass again: a check whose models did not change is not run, and its pass still counts.
  await session.execute(
    `delete from _meta.check_pass where version < (select version from _meta.head)
     and unique_id in (${passed.map(() => '?').join(', ')})`,
    passed.map(({ uniqueId }) => uniqueId),
  );
  await insertRows(session, '_meta.check_pass', {
    types: ['varchar', 'varchar', 'varchar', 'bigint', 'bigint'],
    rows: passed.map(({ uniqueId, definition }) => [
      uniqueId,
      definition ?? '',
      run.id,
      run.version,
      run.stageStep,
    ]),
  });
}

async function insertRows(
  session: Session,
  table: string,
  { types, rows }: { readonly types: readonly string[]; readonly rows: ReadonlyArray<readonly SqlValue[]> },
): Promise<void> {
  if (rows.length === 0) return;
  const places = `(${types.map(() => '?').join(', ')})`;
  const columns = types.map((_, index) => `c${index + 1}`);
  await session.execute(
    `insert into ${table} select ${columns.map((column, index) => `cast(${column} as ${types[index]})`).join(', ')}
     from (values ${rows.map(() => places).join(', ')}) as v(${columns.join(', ')})`,
    rows.flat(),
  );
}
