import { writeSync } from 'node:fs';
import process from 'node:process';
import { systemClock } from '../../../lib/clock.ts';
import { ShopwaveError } from '../../../lib/errors.ts';
import type { LogFields, Logger } from '../../../lib/logger.ts';
import type { AnyDag, AnyTask } from '../../authoring/definition.ts';
import type { AssetEvent, SchedulerAccess } from '../../authoring/scheduler-access.ts';
import type { PreviousSuccess } from '../../authoring/task.ts';
import type { DagRunState } from '../../core/states.ts';
import type { AttemptOutcome } from '../../core/outcome.ts';
import { schedulerErrors } from '../../errors.ts';
import { importDagFile } from '../../loading/import-file.ts';
import type { ReturnedValues } from '../../store/xcom.ts';
import type { SecretsBackend } from '../../secrets/secrets-backend.ts';
import { createRenderer } from '../../templates/renderer.ts';
import { perform } from '../perform.ts';
import { runAttempt } from '../run-attempt.ts';
import { createTaskContext } from '../task-context.ts';
import { toTaskError } from '../task-error.ts';
import type { LogLine } from '../log-line.ts';
import type { ChildJob, FromChild, Question, SchedulerCall, ToChild } from './messages.ts';

/** The pipe that log lines go to; see the spawn in children.ts. */
const logPipe = 4;

const abort = new AbortController();
const answers = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
let asked = 0;

process.on('message', (message: ToChild) => {
  if (message.type === 'abort') abort.abort(message.reason);
  if (message.type === 'answer') answers.get(message.id)?.resolve(message.value);
  if (message.type === 'refusal') answers.get(message.id)?.reject(errorOf(message));
  if (message.type === 'job') void work(message.job);
});
// The scheduler is gone: whatever this would report, nobody takes it.
process.on('disconnect', () => process.exit(1));

async function work(job: ChildJob): Promise<void> {
  printBlocking();
  const outcome = await attempt(job).catch((error: unknown): AttemptOutcome => {
    return { kind: 'failed', error: toTaskError(error), retryable: true };
  });
  // Ends also what the task has left running in this process.
  send({ type: 'outcome', outcome }, () => process.exit(0));
}

async function attempt(job: ChildJob): Promise<AttemptOutcome> {
  const { key, tryNumber, run } = job;
  const { dag, task } = await findTask(job);
  const context = createTaskContext({
    run,
    key,
    tryNumber,
    dag,
    clock: systemClock,
    logger: pipeLogger({}),
    signal: abort.signal,
    services: noServices(key.taskId),
    readReturned: async (taskId) => (await ask({ kind: 'xcom', taskId })) as ReturnedValues,
    waitingSince: job.waitingSince,
    scheduler: askedScheduler,
    secrets: askedSecrets,
    previousSuccess: async () => (await ask({ kind: 'previous_success' })) as PreviousSuccess | undefined,
    latestSuccess: async (dagId) =>
      (await ask({ kind: 'latest_success', dagId })) as { startDate: Date; endDate: Date } | undefined,
  });
  const { waitingSince, file } = job;
  const render = createRenderer({ dag, file, run, task, context, isTest: false }, async (fields) => {
    await ask({ kind: 'record_rendered', fields });
  });
  const isLatest = (): boolean => job.isLatest;
  // Its time limits are kept by the scheduler, which can end this process.
  const unlimited = { abortGraceMs: 2 ** 31 - 1, task: { ...task, executionTimeoutMs: undefined } };
  return await runAttempt({
    ...unlimited,
    perform,
    context,
    render,
    abort,
    waitingSince,
    isLatest,
    clock: systemClock,
  });
}

async function findTask({ file, key }: ChildJob): Promise<{ readonly dag: AnyDag; readonly task: AnyTask }> {
  const dags = await importDagFile(file);
  const dag = dags.find((each) => each.dagId === key.dagId);
  const task = dag?.tasks.find((each) => each.taskId === key.taskId);
  if (dag !== undefined && task !== undefined) return { dag, task };
  throw schedulerErrors.error('TASK_NOT_FOUND', {
    message: `the file no longer has task ${key.taskId} of DAG ${key.dagId}`,
    where: file,
  });
}

function send(message: FromChild, done?: () => void): void {
  process.send?.(message, undefined, {}, () => done?.());
}

async function ask(question: Question): Promise<unknown> {
  const id = ++asked;
  return await new Promise((resolve, reject) => {
    answers.set(id, { resolve, reject });
    send({ type: 'ask', id, question });
  });
}

const call = async (made: SchedulerCall): Promise<unknown> => await ask({ kind: 'scheduler', call: made });

/** The scheduler as seen from here: every call is answered by the process that has the store. */
const askedScheduler: SchedulerAccess = {
  triggerDag: async (...args) => (await call({ method: 'triggerDag', args })) as boolean,
  runState: async (...args) => (await call({ method: 'runState', args })) as DagRunState | undefined,
  hasTask: async (...args) => (await call({ method: 'hasTask', args })) as boolean,
  statesAt: async (...args) =>
    (await call({ method: 'statesAt', args })) as Awaited<ReturnType<SchedulerAccess['statesAt']>>,
  latestAssetEvent: async (...args) =>
    (await call({ method: 'latestAssetEvent', args })) as AssetEvent | undefined,
};

/** Also these: the scheduler masks what it has given away in all that is written here. */
const askedSecrets: SecretsBackend = {
  getConnection: async (connId) => (await ask({ kind: 'connection', connId })) as string | undefined,
  getVariable: async (key) => (await ask({ kind: 'variable', key })) as string | undefined,
};

function errorOf({ error, retryable }: Extract<ToChild, { readonly type: 'refusal' }>): Error {
  const { code, message, remedy } = error;
  return new ShopwaveError(code, { summary: '', remedy, retryable }, { message });
}

/** The warehouse and its like live in the process that owns the data folder, and cannot be had here. */
function noServices(taskId: string): unknown {
  return new Proxy(
    {},
    {
      get: (_, name) => {
        if (typeof name === 'symbol' || name === 'then') return undefined;
        throw schedulerErrors.error('TASK_SERVICES_MISSING', {
          message: `task ${taskId} asks for the service ${name} in a process of its own`,
        });
      },
    },
  );
}

function pipeLogger(base: LogFields): Logger {
  const log =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void => {
      const line = { at: new Date().toISOString(), level, message, fields: { ...base, ...fields } };
      writeWhole(Buffer.from(`${JSON.stringify(line)}\n`));
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => pipeLogger({ ...base, ...fields }),
  };
}

/** Waits while the pipe is full, so that a task which logs without end does not fill this process. */
function writeWhole(bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(logPipe, bytes, offset);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Who prints waits while the pipe is full, as with any Unix program: nothing piles up here, nor is lost at the end. */
function printBlocking(): void {
  for (const stream of [process.stdout, process.stderr]) {
    const { _handle: handle }: { _handle?: { setBlocking?: (blocking: boolean) => void } } =
      stream as unknown as object;
    handle?.setBlocking?.(true);
  }
}
