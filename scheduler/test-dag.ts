import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { AnyTask } from './authoring/definition.ts';
import type { AttemptOutcome, TaskError } from './core/outcome.ts';
import { resolveParams } from './core/params.ts';
import { runIdOf } from './core/plan-dag.ts';
import { runResult } from './core/run-state.ts';
import type { TaskInstanceState } from './core/states.ts';
import { newlySkipped } from './core/skip-decision.ts';
import type { RecordedDecision } from './core/skip-decision.ts';
import { exactly } from './core/timetables/timetable.ts';
import { timetableOf } from './core/timetables/timetable-of.ts';
import { readinessOf, skipReason } from './core/task-wait.ts';
import type { Readiness } from './core/task-wait.ts';
import { perform } from './executor/perform.ts';
import { runAttempt } from './executor/run-attempt.ts';
import { readOnlyAccess } from './executor/scheduler-access.ts';
import { createTaskContext } from './executor/task-context.ts';
import type { ScheduledDag } from './store/dags.ts';
import { latestSuccess, previousSuccess } from './store/queries.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import { createRenderer } from './templates/renderer.ts';
import type { RunFacts } from './templates/scope.ts';
import { lengthsOf, returnedBy, statesOf } from './tested-values.ts';

/** How one task went in a test of its DAG. */
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

export interface TestedDag {
  readonly dagId: string;
  readonly state: 'success' | 'failed';
  readonly reason: string;
  readonly tasks: readonly TestedTask[];
}

export interface TestDagInput extends ScheduledDag {
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
  readonly onTask: (task: TestedTask) => void;
}

/**
 * Runs a DAG's tasks one after the other in this process and records nothing, as `airflow dags test` does: same
 * functions, same trigger rules, one try each; no run in the store, no asset events. Sensors wait in place.
 */
export async function testDag(input: TestDagInput): Promise<TestedDag> {
  const { dag } = input;
  resolveParams(dag.definition, input.conf);
  const test: Test = { tested: new Map(), decisions: [], run: testedRun(input) };
  for (const taskId of dag.graph.order) {
    const task = dag.tasks.get(taskId);
    if (task === undefined) continue;
    const outcomes: TestedTask[] = [];
    for (const instance of instancesOf(input, task, test)) {
      const outcome =
        instance.mark === undefined
          ? await testTask(input, { task, mapIndex: instance.mapIndex, test })
          : notRun(task, instance.mapIndex, instance.mark);
      outcomes.push(outcome);
      input.onTask(outcome);
    }
    test.tested.set(taskId, outcomes);
  }
  return {
    dagId: dag.definition.dagId,
    ...runResult(dag, statesOf(test.tested)),
    tasks: [...test.tested.values()].flat(),
  };
}

interface Test {
  /** The same for all of its tasks. */
  readonly run: RunFacts;
  readonly tested: Map<string, readonly TestedTask[]>;
  readonly decisions: RecordedDecision[];
}

/** The instances that a task gets, and the state of those that do not run. */
function instancesOf(
  { dag, clock }: TestDagInput,
  { taskId, triggerRule, mapGroup }: AnyTask,
  { tested, decisions }: Test,
): readonly Instance[] {
  const skipper = newlySkipped(dag, decisions).get(taskId);
  if (skipper !== undefined) {
    return [{ mapIndex: -1, mark: { state: 'skipped', reason: skipReason(skipper) } }];
  }
  const facts = { states: statesOf(tested), mapLengths: lengthsOf(tested), past: null, skips: [] };
  const readiness = (mapIndex: number): Readiness =>
    readinessOf(dag, { taskId, mapIndex, state: null, nextAttemptAt: null }, { ...facts, now: clock.now() });
  const whole = readiness(-1);
  const marked = (mapIndex: number, found: Readiness): Instance => {
    if (found.kind === 'ready') return { mapIndex };
    const late: Mark = { state: 'upstream_failed', reason: `trigger rule ${triggerRule}` };
    return { mapIndex, mark: found.kind === 'mark' ? found : late };
  };
  if (whole.kind !== 'expand') return [marked(-1, whole)];
  return Array.from({ length: whole.length }, (_, mapIndex) =>
    // Of a mapped group each run has upstreams of its own.
    mapGroup === undefined ? { mapIndex } : marked(mapIndex, readiness(mapIndex)),
  );
}

interface Instance {
  readonly mapIndex: number;
  /** Why it does not run. */
  readonly mark?: Mark;
}

interface Mark {
  readonly state: TaskInstanceState;
  readonly reason: string;
}

function notRun({ taskId }: AnyTask, mapIndex: number, { state, reason }: Mark): TestedTask {
  return { taskId, mapIndex, state, reason, durationMs: 0, result: undefined, error: null };
}

async function testTask(
  input: TestDagInput,
  { task, mapIndex, test }: { readonly task: AnyTask; readonly mapIndex: number; readonly test: Test },
): Promise<TestedTask> {
  const { dag, clock, signal } = input;
  const { run } = test;
  const waitingSince = clock.now();
  const begunMs = clock.monotonicMs();
  for (;;) {
    const abort = new AbortController();
    const ended = new AbortController();
    signal.addEventListener('abort', () => abort.abort('shutdown'), { signal: ended.signal });
    if (signal.aborted) abort.abort('shutdown');
    const context = createTaskContext({
      run,
      key: {
        dagId: dag.definition.dagId,
        runId: runIdOf('manual', run.logicalDate ?? run.runAfter),
        taskId: task.taskId,
        mapIndex,
      },
      tryNumber: 1,
      clock,
      logger: input.logger,
      signal: abort.signal,
      dag: dag.definition,
      services: input.services,
      readReturned: (taskId) => Promise.resolve(returnedBy(test.tested, taskId)),
      waitingSince,
      scheduler: readOnlyAccess(input.control, input.findDag),
      previousSuccess: async () =>
        await previousSuccess(input.control, { ...run, dagId: dag.definition.dagId }),
      latestSuccess: async (dagId) => await latestSuccess(input.control, dagId),
      secrets: input.secrets,
    });
    const isLatest = (): boolean => true;
    const scope = { dag: dag.definition, file: dag.file, run, task, context, isTest: true };
    const render = createRenderer(scope, async () => {});
    const attempt = {
      task,
      context,
      render,
      isLatest,
      abort,
      waitingSince,
      clock,
      perform,
      abortGraceMs: 5000,
    };
    const outcome = await runAttempt(attempt);
    ended.abort();
    if (outcome.kind === 'success' && outcome.decision !== undefined) {
      test.decisions.push({ by: task.taskId, decision: outcome.decision, isCarriedOut: false });
    }
    if (outcome.kind !== 'reschedule') {
      return toTested({ taskId: task.taskId, mapIndex }, outcome, clock.monotonicMs() - begunMs);
    }
    await clock.sleep(outcome.at.getTime() - clock.now().getTime(), signal);
  }
}

function testedRun({ dag, schedule, clock, conf, ...input }: TestDagInput): RunFacts {
  const runAfter = clock.now();
  const logicalDate = input.logicalDate ?? null;
  const at = logicalDate ?? runAfter;
  const { start, end } =
    timetableOf(schedule, dag.definition.startDate)?.manualDataInterval(at) ?? exactly(at);
  const interval = { logicalDate, dataIntervalStart: start, dataIntervalEnd: end };
  return { runType: 'manual', ...interval, runAfter, queuedAt: runAfter, startDate: runAfter, conf };
}

function toTested(
  instance: Pick<TestedTask, 'taskId' | 'mapIndex'>,
  outcome: Exclude<AttemptOutcome, { readonly kind: 'reschedule' }>,
  durationMs: number,
): TestedTask {
  const base = { ...instance, durationMs, result: undefined, reason: null, error: null };
  if (outcome.kind === 'success') return { ...base, state: 'success', result: outcome.result };
  if (outcome.kind === 'skipped') return { ...base, state: 'skipped', reason: outcome.reason };
  return { ...base, state: 'failed', reason: outcome.error.message, error: outcome.error };
}
