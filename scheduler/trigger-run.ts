import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import { resolveParams } from './core/params.ts';
import { runIdOf } from './core/plan-dag.ts';
import { exactly } from './core/timetables/timetable.ts';
import { timetableOf } from './core/timetables/timetable-of.ts';
import { schedulerErrors } from './errors.ts';
import type { OnSchedulerEvent } from './events.ts';
import { insertRuns } from './store/insert-runs.ts';
import type { ScheduledDag } from './store/dags.ts';
import { isStorableJson } from './storable.ts';
import { notifyWake } from './store/presence.ts';
import { findRun, findRunAt } from './store/queries.ts';
import type { DagRun } from './store/rows.ts';

export interface TriggerOptions {
  readonly runId?: string | undefined;
  readonly conf?: Readonly<Record<string, unknown>> | undefined;
  /** The date that the run is for, in its templates and for what depends on its past; none unless given. */
  readonly logicalDate?: Date | undefined;
  /** A run of that id that is there already is the answer, and no error. */
  readonly mayExist?: boolean | undefined;
}

/** Airflow allows more in a run id; these are safe in a path, a URL and a shell. */
const runIdPattern = /^[A-Za-z0-9_.~:+-]{1,250}$/;

/** Makes a manual run, which starts as soon as the DAG's limits allow. */
export async function triggerRun(
  input: { readonly control: Knex; readonly clock: Clock; readonly onEvent: OnSchedulerEvent },
  { dag, schedule }: ScheduledDag,
  options: TriggerOptions,
): Promise<DagRun> {
  const { control, clock } = input;
  const { dagId, startDate } = dag.definition;
  const now = clock.now();
  const { logicalDate = null } = options;
  const runId = options.runId ?? runIdOf('manual', logicalDate ?? now);
  if (!runIdPattern.test(runId)) {
    const remedy = 'Use letters, digits and _ . ~ : + -, at most 250 characters.';
    throw schedulerErrors.error('DAG_ID_INVALID', { message: `"${runId}" is not a valid run id`, remedy });
  }
  const conf = options.conf ?? {};
  resolveParams(dag.definition, conf);
  if (!isStorableJson(JSON.stringify(conf))) {
    const message = `DAG ${dagId}: a text in conf has a NUL character, or half of a surrogate pair`;
    throw schedulerErrors.error('PARAMS_INVALID', { message });
  }
  // No logical date unless asked for, as in Airflow 3: a manual run covers no tick and so cannot swallow a scheduled one.
  const at = logicalDate ?? now;
  const covered = timetableOf(schedule, startDate)?.manualDataInterval(at) ?? exactly(at);
  const interval = { dataIntervalStart: covered.start, dataIntervalEnd: covered.end };
  const created = { runId, runType: 'manual', ...interval, runAfter: now, logicalDate } as const;
  const [run] = await insertRuns(control, [{ definition: dag.definition, run: created, conf }], now);
  if (run === undefined) {
    const existing = options.mayExist === true ? await findRun(control, { dagId, runId }) : undefined;
    if (existing !== undefined) return existing;
    const taken = logicalDate === null ? undefined : await findRunAt(control, dagId, logicalDate);
    const which = taken === undefined ? runId : `for ${logicalDate?.toISOString() ?? ''}: ${taken.runId}`;
    throw schedulerErrors.error('DAG_RUN_EXISTS', { message: `DAG ${dagId} already has a run ${which}` });
  }
  const { runType, state, reason } = run;
  input.onEvent({ type: 'dag_run', at: now, dagId, runId, runType, state, reason });
  await notifyWake(control);
  return run;
}
