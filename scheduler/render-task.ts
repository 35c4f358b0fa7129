import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { runIdOf } from './core/plan-dag.ts';
import { exactly } from './core/timetables/timetable.ts';
import { timetableOf } from './core/timetables/timetable-of.ts';
import { schedulerErrors } from './errors.ts';
import { mustTask } from './must-task.ts';
import { readOnlyAccess } from './executor/scheduler-access.ts';
import { createTaskContext } from './executor/task-context.ts';
import type { ScheduledDag } from './store/dags.ts';
import { findRun, findRunAt, latestSuccess, previousSuccess } from './store/queries.ts';
import { readRendered } from './store/rendered.ts';
import type { DagRun } from './store/rows.ts';
import { readReturned } from './store/xcom.ts';
import { createMasker } from './secrets/masker.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import { watchedSecrets } from './secrets/task-secrets.ts';
import { createRenderer, shownFields } from './templates/renderer.ts';
import type { RecordedFields } from './templates/renderer.ts';
import type { RunFacts } from './templates/scope.ts';

/** Which task, and for which run: one that is there, or that a date would have. */
export interface RenderRequest {
  readonly dagId: string;
  readonly taskId: string;
  readonly run: { readonly runId: string } | { readonly at: Date };
  /** Of a mapped task, and of it alone. */
  readonly mapIndex?: number | undefined;
  /** What this try had; without it what the newest had, or the next would have. */
  readonly tryNumber?: number | undefined;
}

/** What the templates of a task come to. */
export interface RenderedTask {
  readonly runId: string;
  /** The try that had them; null where nothing has run yet and they are rendered now. */
  readonly tryNumber: number | null;
  readonly fields: RecordedFields;
}

interface RenderInput {
  readonly control: Knex;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly services: unknown;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly secrets: SecretsBackend;
}

/** What was rendered for an attempt, or would be for one that is to come. Runs nothing. */
export async function renderTask(
  input: RenderInput,
  scheduled: ScheduledDag,
  request: RenderRequest,
): Promise<RenderedTask> {
  const { control, dags } = input;
  const { dagId, taskId, tryNumber, mapIndex = -1 } = request;
  const { dag } = scheduled;
  const task = mustTask(dag, { taskId, mapIndex });
  const run = await runOf(input, scheduled, request);
  const key = { dagId, runId: run.runId, taskId, mapIndex };
  const recorded = await readRendered(control, key, tryNumber);
  if (recorded !== undefined) return { runId: run.runId, ...recorded };
  if (tryNumber !== undefined) {
    const message = `of try ${tryNumber} nothing was rendered`;
    throw schedulerErrors.error('RENDERED_NOT_FOUND', {
      message,
      where: `${dagId} / ${run.runId} / ${taskId}`,
    });
  }
  const masker = createMasker();
  const context = createTaskContext({
    ...input,
    secrets: watchedSecrets(input.secrets, masker.add),
    run,
    key,
    dag: dag.definition,
    tryNumber: 1,
    signal: new AbortController().signal,
    readReturned: async (upstream) => await readReturned(control, { ...key, taskId: upstream }),
    waitingSince: input.clock.now(),
    scheduler: readOnlyAccess(control, (id) => dags.get(id)),
    previousSuccess: async () => await previousSuccess(control, { ...run, dagId }),
    latestSuccess: async (id) => await latestSuccess(control, id),
  });
  let fields: RecordedFields = {};
  const scope = { dag: dag.definition, file: dag.file, run, task, context, isTest: true };
  await createRenderer(scope, async (rendered) => void (fields = shownFields(rendered, masker)))();
  return { runId: run.runId, tryNumber: null, fields };
}

async function runOf(
  { control }: RenderInput,
  scheduled: ScheduledDag,
  { dagId, run }: RenderRequest,
): Promise<RunFacts & Pick<DagRun, 'runId'>> {
  if ('at' in run) return (await findRunAt(control, dagId, run.at)) ?? runAt(scheduled, run.at);
  const found = await findRun(control, { dagId, runId: run.runId });
  if (found !== undefined) return found;
  throw schedulerErrors.error('DAG_RUN_NOT_FOUND', { message: `DAG ${dagId} has no run ${run.runId}` });
}

/** The first run from that date on, as the schedule would make it; of a DAG without one, a run for that instant. */
function runAt({ dag, schedule }: ScheduledDag, at: Date): RunFacts & Pick<DagRun, 'runId'> {
  const bounds = { earliest: at, latest: undefined, catchup: true, now: at };
  const info = timetableOf(schedule, dag.definition.startDate)?.nextDagRunInfo(null, bounds);
  const interval = info?.dataInterval ?? exactly(at);
  const runAfter = info?.runAfter ?? at;
  const runType = info === undefined ? 'manual' : 'scheduled';
  return {
    runId: runIdOf(runType, runAfter),
    runType,
    logicalDate: info?.logicalDate ?? at,
    dataIntervalStart: interval.start,
    dataIntervalEnd: interval.end,
    runAfter,
    queuedAt: runAfter,
    startDate: null,
    conf: {},
  };
}
