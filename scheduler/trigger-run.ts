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
import { findRun } from './store/queries.ts';
import type { DagRun } from './store/rows.ts';

export interface TriggerOptions {
  readonly runId?: string | undefined;
  readonly conf?: Readonly<Record<string, unknown>> | undefined;
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
  const runId = options.runId ?? runIdOf('manual', now);
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
  // No logical date, as in Airflow 3: a manual run covers no tick and so cannot swallow a scheduled one.
  const covered = timetableOf(schedule, startDate)?.manualDataInterval(now) ?? exactly(now);
  const interval = { dataIntervalStart: covered.start, dataIntervalEnd: covered.end };
  const created = { runId, runType: 'manual', ...interval, runAfter: now, logicalDate: null } as const;
  const [run] = await insertRuns(control, [{ definition: dag.definition, run: created, conf }], now);
  if (run === undefined) {
    const existing = options.mayExist === true ? await findRun(control, { dagId, runId }) : undefined;
    if (existing !== undefined) return existing;
    throw schedulerErrors.error('DAG_RUN_EXISTS', { message: `DAG ${dagId} already has a run ${runId}` });
  }
  const { runType, state, reason } = run;
  input.onEvent({ type: 'dag_run', at: now, dagId, runId, runType, state, reason });
  await notifyWake(control);
  return run;
}
