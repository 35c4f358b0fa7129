import type { Session } from '../../../warehouse/warehouse.ts';
import type { BuildRun } from '../materialize/delta.ts';
import { insertRows, placeholders } from '../warehouse/insert-rows.ts';
import type { CheckResult } from './check.ts';

const resultColumns = [
  'run_id',
  'model',
  'name',
  'status',
  'failures',
  { name: 'checked_at', type: 'timestamp' },
];

const passColumns = ['unique_id', 'definition', 'run_id', 'version', 'stage_step'];

/**
 * Writes the results of a run's checks to `_meta.check_result`, and which checks of their own passed to
 * `_meta.check_pass` (valid once the run has published). `at` is ISO 8601, UTC.
 */
export async function recordChecks(
  session: Session,
  run: Pick<BuildRun, 'id' | 'version' | 'stageStep'>,
  results: readonly CheckResult[],
  at: string,
): Promise<void> {
  await insertRows(
    session,
    '_meta.check_result',
    resultColumns,
    results.map(({ model, name, status, failures }) => [
      run.id,
      model,
      name,
      status,
      Math.round(failures),
      at,
    ]),
  );
  const passed = results.filter((result) => result.status === 'pass' && result.definition !== undefined);
  if (passed.length === 0) return;
  // Only those that pass again: a check whose models did not change is not run, and its pass still counts.
  await session.execute(
    `delete from _meta.check_pass where version < (select version from _meta.head)
     and unique_id in (${placeholders(passed)})`,
    passed.map(({ uniqueId }) => uniqueId),
  );
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
