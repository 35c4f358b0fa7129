import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { AnyTask } from './authoring/definition.ts';
import type { AttemptOutcome, TaskError } from './core/outcome.ts';
import type { TaskInstanceState } from './core/states.ts';
import type { SkipDecision } from './core/skip-decision.ts';
import { runIdOf } from './core/plan-dag.ts';
import { exactly } from './core/timetables/timetable.ts';
import { timetableOf } from './core/timetables/timetable-of.ts';
import { keptOutcome, logOutcome } from './executor/attempt-end.ts';
import { hidingSecrets } from './executor/hiding-secrets.ts';
import type { LogLine } from './executor/log-line.ts';
import { perform } from './executor/perform.ts';
import { runAttempt } from './executor/run-attempt.ts';
import { readOnlyAccess } from './executor/scheduler-access.ts';
import { createTaskContext } from './executor/task-context.ts';
import { lineLogger, tellParent } from './executor/task-log.ts';
import type { ScheduledDag } from './store/dags.ts';
import { latestSuccess, previousSuccess } from './store/queries.ts';
import type { ReturnedValues } from './store/xcom.ts';
import { createMasker } from './secrets/masker.ts';
import type { Masker } from './secrets/masker.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import { watchedSecrets } from './secrets/task-secrets.ts';
import { createRenderer } from './templates/renderer.ts';
import type { RunFacts } from './templates/scope.ts';

/** How one task went in a test. */
export interface TestedTask {
  readonly taskId: string;
  /** -1 where the task is not mapped. */
  readonly mapIndex: number;
  readonly state: TaskInstanceState;
  readonly durationMs: number;
  /** What it returned, if it succeeded. */
  readonly result: unknown;
  /** Why it was skipped. */
  readonly reason: string | null;
  readonly error: TaskError | null;
}

/** What a test of a DAG or of one of its tasks needs. */
export interface TestInput extends ScheduledDag {
  /** The date that its templates see; without one the run has none, like any that is started by hand. */
  readonly logicalDate: Date | undefined;
  readonly services: unknown;
  /** The other DAGs, for sensors that ask about them. */
  readonly findDag: (dagId: string) => ScheduledDag | undefined;
  /** Only read, by sensors that ask about recorded runs. */
  readonly control: Knex;
  readonly secrets: SecretsBackend;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly conf: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** Told of each line of a task's log, as it is written. */
  readonly onLine: (line: LogLine) => void;
}

/** One instance to try, in a run that need not be recorded. */
export interface TestedInstance {
  readonly task: AnyTask;
  readonly mapIndex: number;
  readonly run: RunFacts & { readonly runId: string };
  readonly readReturned: (taskId: string) => Promise<ReturnedValues>;
}

/** Tries a task once, here, and records nothing; a sensor is asked again until it has what it waits for. */
export async function testAttempt(
  input: TestInput,
  instance: TestedInstance,
): Promise<{ readonly tested: TestedTask; readonly decision: SkipDecision | undefined }> {
  const { clock, signal } = input;
  const begunMs = clock.monotonicMs();
  const masker = createMasker();
  const log = openLog(input, instance, masker);
  const waitingSince = clock.now();
  for (;;) {
    const outcome = keptOutcome(
      await attempt(input, instance, { waitingSince, masker, logger: log.logger }),
      masker,
    );
    logOutcome(log.logger, outcome);
    log.flush();
    if (outcome.kind !== 'reschedule') {
      const tested = toTested(instance, outcome, clock.monotonicMs() - begunMs);
      return { tested, decision: outcome.kind === 'success' ? outcome.decision : undefined };
    }
    await clock.sleep(outcome.at.getTime() - clock.now().getTime(), signal);
  }
}

/** Its lines go to whoever watches and to the platform's own log, as those of any task without secrets. */
function openLog(
  { clock, onLine, ...input }: TestInput,
  { task, mapIndex, run }: TestedInstance,
  masker: Masker,
): { readonly logger: Logger; readonly flush: () => void } {
  const name = mapIndex < 0 ? task.taskId : `${task.taskId}[${mapIndex}]`;
  const parent = input.logger.child({ dag: input.dag.definition.dagId, run: run.runId, task: name });
  const write = (line: LogLine): boolean => {
    onLine(line);
    return true;
  };
  const hiding = hidingSecrets(masker, { write, tell: (line) => tellParent(parent, line) });
  return { logger: lineLogger(clock, hiding.write), flush: hiding.flush };
}

async function attempt(
  input: TestInput,
  { task, mapIndex, run, readReturned }: TestedInstance,
  tools: { readonly waitingSince: Date; readonly masker: Masker; readonly logger: Logger },
): Promise<AttemptOutcome> {
  const { dag, clock, control, signal } = input;
  const { waitingSince, masker, logger } = tools;
  const { dagId } = dag.definition;
  const abort = new AbortController();
  const ended = new AbortController();
  signal.addEventListener('abort', () => abort.abort('shutdown'), { signal: ended.signal });
  if (signal.aborted) abort.abort('shutdown');
  const context = createTaskContext({
    run,
    key: { dagId, runId: run.runId, taskId: task.taskId, mapIndex },
    tryNumber: 1,
    clock,
    logger,
    signal: abort.signal,
    dag: dag.definition,
    services: input.services,
    readReturned,
    waitingSince,
    scheduler: readOnlyAccess(control, input.findDag),
    previousSuccess: async () => await previousSuccess(control, { ...run, dagId }),
    latestSuccess: async (id) => await latestSuccess(control, id),
    secrets: watchedSecrets(input.secrets, masker.add),
  });
  const isLatest = (): boolean => true;
  const scope = { dag: dag.definition, file: dag.file, run, task, context, isTest: true };
  const render = createRenderer(scope, async () => {});
  const work = { task, context, render, isLatest, abort, waitingSince, clock, perform, abortGraceMs: 5000 };
  const outcome = await runAttempt(work);
  ended.abort();
  return outcome;
}

/** The run that a test has in mind. */
export function testedRun({ dag, schedule, clock, conf, ...input }: TestInput): TestedInstance['run'] {
  const runAfter = clock.now();
  const logicalDate = input.logicalDate ?? null;
  const at = logicalDate ?? runAfter;
  const { start, end } =
    timetableOf(schedule, dag.definition.startDate)?.manualDataInterval(at) ?? exactly(at);
  const interval = { logicalDate, dataIntervalStart: start, dataIntervalEnd: end };
  const times = { runAfter, queuedAt: runAfter, startDate: runAfter };
  return { runId: runIdOf('manual', at), runType: 'manual', ...interval, ...times, conf };
}

function toTested(
  { task, mapIndex }: TestedInstance,
  outcome: Exclude<AttemptOutcome, { readonly kind: 'reschedule' }>,
  durationMs: number,
): TestedTask {
  const base = { taskId: task.taskId, mapIndex, durationMs, result: undefined, reason: null, error: null };
  if (outcome.kind === 'success') return { ...base, state: 'success', result: outcome.result };
  if (outcome.kind === 'skipped') return { ...base, state: 'skipped', reason: outcome.reason };
  return { ...base, state: 'failed', reason: outcome.error.message, error: outcome.error };
}
