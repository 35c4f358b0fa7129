import type { Knex } from 'knex';
import { batchCalls } from '../../lib/batch-calls.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { messageOf } from '../../lib/errors.ts';
import type { AnyTask } from '../authoring/definition.ts';
import type { ExecutorKind } from '../authoring/task.ts';
import type { TaskContext } from '../authoring/task.ts';
import { isLatestRun } from '../core/latest-run.ts';
import type { AttemptOutcome, TaskError } from '../core/outcome.ts';
import { settle } from '../core/outcome.ts';
import { retryDelayMs } from '../core/retry-policy.ts';
import type { OnSchedulerEvent } from '../events.ts';
import { renewLeases, startAttempts } from '../store/attempts.ts';
import type { StartedAttempt, StartInput } from '../store/attempts.ts';
import { finishAttempts } from '../store/finish-attempts.ts';
import type { FinishedAttempt, FinishInput } from '../store/finish-input.ts';
import { latestSuccess, previousSuccess } from '../store/queries.ts';
import { recordRendered } from '../store/rendered.ts';
import type { ScheduledDag } from '../store/dags.ts';
import type { DagRun, InstanceKey, RunKey } from '../store/rows.ts';
import { readReturned } from '../store/xcom.ts';
import { perform } from './perform.ts';
import type { WorkInput } from './perform.ts';
import { tellOfEnd, tellOfStart } from './call-back.ts';
import { createChildren } from './process/children.ts';
import type { Children } from './process/children.ts';
import { runInChild } from './process/run-in-child.ts';
import { runAttempt } from './run-attempt.ts';
import type { AbortReason } from './run-attempt.ts';
import { callScheduler, createSchedulerAccess } from './scheduler-access.ts';
import { createTaskContext } from './task-context.ts';
import { createMasker } from '../secrets/masker.ts';
import type { Masker } from '../secrets/masker.ts';
import type { SecretsBackend } from '../secrets/secrets-backend.ts';
import { watchedSecrets } from '../secrets/task-secrets.ts';
import { createRenderer, shownFields } from '../templates/renderer.ts';
import type { RecordedFields } from '../templates/renderer.ts';
import { openTaskLog } from './task-log.ts';
import type { OpenTaskLog } from './task-log.ts';

/** An attempt that the planner queued for this process. */
export interface QueuedAttempt {
  readonly key: InstanceKey;
  readonly token: string;
  readonly tryNumber: number;
  readonly task: AnyTask;
}

export interface ExecutorOptions {
  readonly control: Knex;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly services: unknown;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logDir: string;
  readonly parallelism: number;
  readonly leaseMs: number;
  readonly abortGraceMs: number;
  /** Where tasks run that do not say it themselves. */
  readonly defaultExecutor: ExecutorKind;
  /** So much of the log of one attempt is kept. */
  readonly logLimitBytes: number;
  /** Where connections and variables come from. */
  readonly secrets: SecretsBackend;
  readonly onEvent: OnSchedulerEvent;
  /** Who this scheduler is among others. */
  readonly owner: () => Promise<number>;
  /** Called after every attempt that ended. */
  readonly onSettled: (run: RunKey, task: AnyTask) => void;
}

/** Runs attempts, in this process or each in one of its own, at most `parallelism` at a time. */
export interface Executor {
  readonly freeSlots: () => number;
  readonly running: () => number;
  readonly submit: (attempt: QueuedAttempt) => void;
  /** Tells an attempt to stop, if it runs here. */
  readonly abort: (token: string, reason: AbortReason) => void;
  /** Renews the leases of what runs, and aborts what was cleared or taken away. */
  readonly heartbeat: () => Promise<void>;
  /** Waits until nothing runs; after the grace time what still does is aborted. */
  readonly drain: (graceMs: number) => Promise<void>;
}

interface RunningAttempt {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Creates the in-process executor. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { clock, logger } = options;
  const running = new Map<string, RunningAttempt>();
  const children = createChildren();
  const reports = batchReports(options);

  const submit = (attempt: QueuedAttempt): void => {
    const abort = new AbortController();
    const done = executeAttempt({ ...options, ...reports, children }, attempt, abort)
      .catch((error: unknown) => {
        // The report was lost. The lease runs out, and the attempt is repeated as any other that was lost.
        logger.error('a task attempt could not be recorded', { ...attempt.key, error: messageOf(error) });
      })
      .finally(() => {
        running.delete(attempt.token);
        options.onSettled(attempt.key, attempt.task);
      });
    running.set(attempt.token, { abort, done });
  };

  const abort = (token: string, reason: AbortReason): void => running.get(token)?.abort.abort(reason);

  return {
    freeSlots: () => options.parallelism - running.size,
    running: () => running.size,
    submit,
    abort,
    heartbeat: async () => {
      const tokens = [...running.keys()];
      if (tokens.length === 0) return;
      const states = await renewLeases(options.control, {
        tokens,
        now: clock.now(),
        leaseMs: options.leaseMs,
      });
      for (const token of tokens) {
        const state = states.get(token);
        if (state === undefined) abort(token, 'lease_lost');
        if (state === 'restarting') abort(token, 'cleared');
      }
    },
    drain: async (graceMs) => {
      const all = Promise.all([...running.values()].map((attempt) => attempt.done));
      const ended = new AbortController();
      void all.then(() => ended.abort());
      await clock.sleep(running.size === 0 ? 0 : graceMs, ended.signal);
      for (const token of running.keys()) abort(token, 'shutdown');
      await all;
      await children.close();
    },
  };
}

/** Round trips that attempts share: what begins or ends at the same time is written at one go. */
interface Reports {
  readonly start: (input: StartInput) => Promise<StartedAttempt | undefined>;
  readonly finish: (input: FinishInput) => Promise<FinishedAttempt>;
}

const reportsAtOnce = 64;

function batchReports({ control, owner }: ExecutorOptions): Reports {
  return {
    start: batchCalls((items) => startAttempts(control, items), reportsAtOnce),
    finish: batchCalls(
      async (items) => await finishAttempts(control, items, { owner: await owner() }),
      reportsAtOnce,
    ),
  };
}

async function executeAttempt(
  options: ExecutorOptions & Reports & { readonly children: Children },
  { key, token, tryNumber, task }: QueuedAttempt,
  abort: AbortController,
): Promise<void> {
  const { control, clock } = options;
  const started = await options.start({ key, token, now: clock.now() });
  // Cleared between queued and now, or given to somebody else.
  if (started === undefined) return;
  const event = { type: 'task_instance', ...key, tryNumber, reason: null } as const;
  options.onEvent({ ...event, at: clock.now(), state: 'running' });
  const begunMs = clock.monotonicMs();
  const masker = createMasker();
  const secrets = watchedSecrets(options.secrets, masker.add);
  const log = await openTaskLog({ ...options, masker, parent: options.logger }, key, tryNumber);
  try {
    const found = options.dags.get(key.dagId)?.dag;
    const dag = found?.definition ?? { dagId: key.dagId, params: undefined, tasks: [] };
    const context: TaskContext<never> = createTaskContext({
      run: started.run,
      key,
      tryNumber,
      clock,
      logger: log.logger,
      signal: abort.signal,
      dag,
      services: options.services,
      readReturned: async (taskId) => await readReturned(control, { ...key, taskId }),
      waitingSince: started.waitingSince,
      scheduler: createSchedulerAccess(options),
      latestSuccess: async (dagId) => await latestSuccess(control, dagId),
      previousSuccess: async () => await previousSuccess(control, started.run),
      secrets,
    });
    const record = async (fields: RecordedFields): Promise<void> =>
      await recordRendered(control, token, shownFields(fields, masker));
    const scope = { dag, file: found?.file ?? '', run: started.run, task, context, isTest: false };
    const render = createRenderer(scope, record);
    const { abortGraceMs } = options;
    const isLatest = (): boolean => isLatestAmong(options, started.run);
    const isApart = (task.executor ?? options.defaultExecutor) === 'process';
    const work = isApart ? performApart({ ...options, secrets }, started, log, record) : perform;
    const attempt = {
      ...started,
      task,
      context,
      render,
      abort,
      clock,
      isLatest,
      abortGraceMs,
      perform: work,
    };
    const told = { callbacks: task.callbacks, context, clock };
    await tellOfStart(told);
    const outcome = withoutSecrets(await runAttempt(attempt), masker);
    logOutcome(log.final, outcome);
    const settled = await report(options, { key, token, tryNumber, task, run: started.run, outcome });
    if (settled === undefined) {
      log.final.warn('this attempt was taken away meanwhile: its result is void');
      return;
    }
    const durationMs = clock.monotonicMs() - begunMs;
    options.onEvent({ ...event, at: clock.now(), state: settled.state, durationMs, ...detailsOf(outcome) });
    if (settled.state === 'success') {
      for (const { name } of task.outlets)
        options.onEvent({ type: 'asset', ...key, at: clock.now(), asset: name });
    }
    await tellOfEnd(told, settled.state, outcome);
  } finally {
    await log.close();
  }
}

/** Has the work done in a process of its own, which has no connection to the store: it asks this one. */
function performApart(
  options: ExecutorOptions & { readonly children: Children },
  { run }: StartedAttempt,
  log: OpenTaskLog,
  record: (fields: RecordedFields) => Promise<void>,
): (input: WorkInput) => Promise<AttemptOutcome> {
  return async ({ task, context, waitingSince, isLatest }) => {
    const { dagId, runId, taskId, mapIndex, tryNumber, signal } = context;
    const file = options.dags.get(dagId)?.dag.file ?? '';
    const key = { dagId, runId, taskId, mapIndex };
    return await runInChild({
      child: options.children.take(task.memoryLimitMb),
      job: { file, key, tryNumber, run, waitingSince, isLatest: isLatest() },
      task,
      log,
      signal,
      abortGraceMs: options.abortGraceMs,
      answer: async (question) => {
        switch (question.kind) {
          case 'xcom':
            return await readReturned(options.control, { ...key, taskId: question.taskId });
          case 'record_rendered':
            return await record(question.fields);
          case 'connection':
            return await options.secrets.getConnection(question.connId);
          case 'variable':
            return await options.secrets.getVariable(question.key);
          case 'latest_success':
            return await latestSuccess(options.control, question.dagId);
          case 'previous_success':
            return await previousSuccess(options.control, run);
          case 'scheduler':
            return await callScheduler(createSchedulerAccess(options), question.call);
        }
      },
    });
  };
}

function isLatestAmong({ dags, clock }: ExecutorOptions, run: DagRun): boolean {
  const found = dags.get(run.dagId);
  if (found === undefined) return true;
  const { startDate } = found.dag.definition;
  return isLatestRun({ schedule: found.schedule, startDate, run, now: clock.now() });
}

async function report(
  options: ExecutorOptions & Reports,
  input: {
    readonly key: InstanceKey;
    readonly token: string;
    readonly tryNumber: number;
    readonly task: AnyTask;
    readonly run: DagRun;
    readonly outcome: AttemptOutcome;
  },
): Promise<FinishedAttempt> {
  const { key, token, tryNumber, task, run, outcome } = input;
  const now = options.clock.now();
  const runKey = run.logicalDate?.toISOString() ?? run.runId;
  const delayMs = retryDelayMs(task.retryPolicy, { dagId: key.dagId, taskId: key.taskId, runKey, tryNumber });
  return await options.finish({
    key,
    token,
    now,
    run,
    outcome,
    outlets: task.outlets.map((asset) => asset.name),
    settle: (instance) => settle(outcome, { ...instance, endedAt: now, retryDelayMs: delayMs }),
  });
}

/** What is kept and told of an attempt never says a secret; what it returned is for other tasks, and stays. */
function withoutSecrets(outcome: AttemptOutcome, { mask, maskDeep }: Masker): AttemptOutcome {
  if (outcome.kind === 'skipped') return { ...outcome, reason: mask(outcome.reason) };
  return 'error' in outcome ? { ...outcome, error: maskDeep(outcome.error) } : outcome;
}

function logOutcome(logger: Logger, outcome: AttemptOutcome): void {
  switch (outcome.kind) {
    case 'success':
      return logger.info('success');
    case 'skipped':
      return logger.info(`skipped: ${outcome.reason}`);
    case 'reschedule':
      return logger.info(`not yet; next poke at ${outcome.at.toISOString()}`);
    case 'failed':
    case 'interrupted':
      return logger.error(`${outcome.kind}: ${outcome.error.message}`, { code: outcome.error.code });
  }
}

/** What an event says beyond the state. */
function detailsOf(outcome: AttemptOutcome): { reason?: string; error?: TaskError; result?: unknown } {
  if (outcome.kind === 'success') return outcome.result === undefined ? {} : { result: outcome.result };
  if (outcome.kind === 'skipped') return { reason: outcome.reason };
  return outcome.kind === 'reschedule' ? {} : { reason: outcome.error.message, error: outcome.error };
}
