import { placeholders, quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Row, Session } from '../../../warehouse/warehouse.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { insertRows } from '../warehouse/insert-rows.ts';
import type { InsertColumn } from '../warehouse/insert-rows.ts';
import type { CheckResult } from './check.ts';
import { isRemembered, recordOpenKeys } from './open-keys.ts';
import { recordOpenDifferences } from './open-differences.ts';

const passColumns = ['unique_id', 'definition', 'run_id', 'version', 'stage_step'];

/** What all results of one run share stands in the statement once, so that one statement holds them all. */
function shared(run: RecordedRun, at: string): InsertColumn[] {
  return [
    { name: 'run_id', sql: quoteLiteral(run.id) },
    { name: 'version', sql: String(run.version) },
    { name: 'checked_at', sql: `cast(${quoteLiteral(at)} as timestamp)` },
  ];
}

/** The run that results are of. */
export type RecordedRun = Pick<BuildRun, 'id' | 'version' | 'stageStep'>;

/**
 * Writes the results of a run's checks to `_meta.check_result`, some rows behind those that did not pass to
 * `_meta.check_failure`, how far back differences between sources reach to `_meta.open_difference`, and which checks of
 * their own passed, or told of all that is open, to `_meta.check_pass` and `_meta.open_key` (valid once the run has published). `at` is ISO 8601, UTC.
 */
export async function recordChecks(
  session: Session,
  run: RecordedRun,
  results: readonly CheckResult[],
  at: string,
): Promise<void> {
  await insertRows(
    session,
    '_meta.check_result',
    [...shared(run, at), 'model', 'name', 'status', 'failures', 'unique_id', 'kind', 'severity', 'message'],
    results.map(({ model, name, status, failures, uniqueId, kind, severity, message = null }) => [
      model,
      name,
      status,
      Math.round(failures),
      uniqueId,
      kind,
      severity,
      message,
    ]),
  );
  await insertRows(
    session,
    '_meta.check_failure',
    [...shared(run, at), 'unique_id', 'name', 'ordinal', 'row_text'],
    results.flatMap(({ uniqueId, name, rows }) =>
      rows.map((row, ordinal) => [uniqueId, name, ordinal, rowText(row)]),
    ),
  );
  await recordOpenDifferences(session, run.id, results);
  const passed = results.filter(isRemembered);
  if (passed.length === 0) return;
  // Only those that pass again: a check whose models did not change is not run, and its pass still counts.
  await session.execute(
    `delete from _meta.check_pass where version < (select version from _meta.head)
     and unique_id in (${placeholders(passed)})`,
    passed.map(({ uniqueId }) => uniqueId),
  );
  await recordOpenKeys(session, run, passed);
  await insertRows(
    session,
    '_meta.check_pass',
    passColumns,
    passed.map(({ uniqueId, definition }) => [
      uniqueId,
      definition ?? '',
      run.id,
      run.version,
      run.stageStep,
    ]),
  );
}

/** JSON whose wide integers are text, so that nobody rounds them. */
function rowText(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}
