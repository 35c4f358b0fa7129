import type { TaskContext } from '../authoring/task.ts';
import { isLatestRun } from '../core/latest-run.ts';
import { createMasker } from '../secrets/masker.ts';
import type { Masker } from '../secrets/masker.ts';
import { watchedSecrets } from '../secrets/task-secrets.ts';
import type { StartedAttempt } from '../store/attempts.ts';
import { latestSuccess, previousSuccess } from '../store/queries.ts';
import { recordRendered } from '../store/rendered.ts';
import type { DagRun } from '../store/rows.ts';
import { readReturned } from '../store/xcom.ts';
import { createRenderer, shownFields } from '../templates/renderer.ts';
import type { RecordedFields } from '../templates/renderer.ts';
import { detailsOf, keptOutcome, logOutcome } from './attempt-end.ts';
import { reportEnd } from './attempt-reports.ts';
import type { Reports } from './attempt-reports.ts';
import { tellOfEnd, tellOfStart } from './call-back.ts';
import type { ExecutorOptions, QueuedAttempt } from './executor-options.ts';
import { perform } from './perform.ts';
import type { Children } from './process/children.ts';
import { performApart } from './process/perform-apart.ts';
import { runAttempt } from './run-attempt.ts';
import type { AttemptInput } from './run-attempt.ts';
import { createSchedulerAccess } from './scheduler-access.ts';
import { createTaskContext } from './task-context.ts';
import { openTaskLog } from './task-log.ts';
import type { OpenTaskLog } from './task-log.ts';

/** Makes one attempt from its start to its report, and tells of both. */
export async function executeAttempt(
  options: ExecutorOptions & Reports & { readonly children: Children },
  queued: QueuedAttempt,
  abort: AbortController,
): Promise<void> {
  const { clock } = options;
  const { key, token, tryNumber, task } = queued;
  const started = await options.start({ key, token, now: clock.now() });
  // Cleared between queued and now, or given to somebody else.
  if (started === undefined) return;
  const { run } = started;
  const event = { type: 'task_instance', ...key, tryNumber, reason: null } as const;
  options.onEvent({ ...event, at: clock.now(), state: 'running' });
  const begunMs = clock.monotonicMs();
  const masker = createMasker();
  const log = await openTaskLog({ ...options, masker, parent: options.logger }, key, tryNumber);
  try {
    const work = prepare(options, { queued, started, abort, masker, log });
    const told = { callbacks: task.callbacks, context: work.context, clock };
    await tellOfStart(told);
    const outcome = keptOutcome(await runAttempt(work), masker);
    logOutcome(log.final, outcome);
    const settled = await reportEnd(options, { key, token, tryNumber, task, run, outcome });
    if (settled === undefined) {
      log.final.warn('this attempt was taken away meanwhile: its result is void');
      return;
    }
    const durationMs = clock.monotonicMs() - begunMs;
    options.onEvent({ ...event, at: clock.now(), state: settled.state, durationMs, ...detailsOf(outcome) });
    for (const { name } of settled.state === 'success' ? task.outlets : [])
      options.onEvent({ type: 'asset', ...key, at: clock.now(), asset: name });
    await tellOfEnd(told, settled.state, outcome);
  } finally {
    await log.close();
  }
}

/** Everything that the task may ask for while it runs, and where it runs. */
function prepare(
  options: ExecutorOptions & { readonly children: Children },
  attempt: {
    readonly queued: QueuedAttempt;
    readonly started: StartedAttempt;
    readonly abort: AbortController;
    readonly masker: Masker;
    readonly log: OpenTaskLog;
  },
): AttemptInput {
  const { control, clock, abortGraceMs, services } = options;
  const { queued, started, abort, masker, log } = attempt;
  const { key, token, tryNumber, task } = queued;
  const { run, waitingSince } = started;
  const secrets = watchedSecrets(options.secrets, masker.add);
  const found = options.dags.get(key.dagId)?.dag;
  const dag = found?.definition ?? { dagId: key.dagId, params: undefined, tasks: [] };
  const context: TaskContext<never> = createTaskContext({
    run,
    key,
    tryNumber,
    clock,
    logger: log.logger,
    signal: abort.signal,
    dag,
    services,
    readReturned: async (taskId) => await readReturned(control, { ...key, taskId }),
    waitingSince,
    scheduler: createSchedulerAccess(options),
    latestSuccess: async (dagId) => await latestSuccess(control, dagId),
    previousSuccess: async () => await previousSuccess(control, run),
    secrets,
  });
  const record = async (fields: RecordedFields): Promise<void> =>
    await recordRendered(control, token, shownFields(fields, masker));
  const render = createRenderer({ dag, file: found?.file ?? '', run, task, context, isTest: false }, record);
  const isLatest = (): boolean => isLatestAmong(options, run);
  const isApart = (task.executor ?? options.defaultExecutor) === 'process';
  const work = isApart ? performApart({ ...options, secrets }, started, log, record) : perform;
  return { task, context, render, waitingSince, isLatest, clock, abort, abortGraceMs, perform: work };
}

function isLatestAmong({ dags, clock }: ExecutorOptions, run: DagRun): boolean {
  const found = dags.get(run.dagId);
  if (found === undefined) return true;
  const { startDate } = found.dag.definition;
  return isLatestRun({ schedule: found.schedule, startDate, run, now: clock.now() });
}
