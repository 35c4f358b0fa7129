import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { AnyTask } from './authoring/definition.ts';
import type { AttemptOutcome, TaskError } from './core/outcome.ts';
import { runIdOf } from './core/plan-dag.ts';
import { runResult } from './core/run-state.ts';
import type { TaskInstanceState } from './core/states.ts';
import { newlySkipped } from './core/skip-decision.ts';
import type { RecordedDecision } from './core/skip-decision.ts';
import { taskVerdict } from './core/task-verdict.ts';
import type { TaskStates } from './core/task-verdict.ts';
import { skipReason } from './core/task-wait.ts';
import type { LoadedDag } from './core/validate-dag.ts';
import { perform } from './executor/perform.ts';
import { runAttempt } from './executor/run-attempt.ts';
import { createTaskContext } from './executor/task-context.ts';
import { latestSuccess } from './store/queries.ts';

/** How one task went in a test of its DAG. */
export interface TestedTask {
  readonly taskId: string;
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

export interface TestDagInput {
  readonly dag: LoadedDag;
  readonly services: unknown;
  /** Only read, by sensors that ask about recorded runs. */
  readonly control: Knex;
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
  const tested = new Map<string, TestedTask>();
  const states = new Map<string, TaskInstanceState | null>();
  const decisions: RecordedDecision[] = [];
  for (const taskId of dag.graph.order) {
    const task = dag.tasks.get(taskId);
    if (task === undefined) continue;
    const mark = markOf(dag, task, { states, decisions });
    const outcome =
      mark === undefined ? await testTask(input, task, { tested, decisions }) : notRun(task, mark);
    tested.set(taskId, outcome);
    states.set(taskId, outcome.state);
    input.onTask(outcome);
  }
  return { dagId: dag.definition.dagId, ...runResult(dag, states), tasks: [...tested.values()] };
}

interface Mark {
  readonly state: TaskInstanceState;
  readonly reason: string;
}

function markOf(
  dag: LoadedDag,
  { taskId, triggerRule }: AnyTask,
  input: { readonly states: TaskStates; readonly decisions: readonly RecordedDecision[] },
): Mark | undefined {
  const skipper = newlySkipped(dag, input.decisions).get(taskId);
  if (skipper !== undefined) return { state: 'skipped', reason: skipReason(skipper) };
  const verdict = taskVerdict(dag, taskId, input.states);
  if (verdict.kind === 'run') return undefined;
  const state = verdict.kind === 'mark' ? verdict.state : 'upstream_failed';
  return { state, reason: `trigger rule ${triggerRule}` };
}

function notRun({ taskId }: AnyTask, mark: Mark): TestedTask {
  return { taskId, ...mark, durationMs: 0, result: undefined, error: null };
}

async function testTask(
  input: TestDagInput,
  task: AnyTask,
  {
    tested,
    decisions,
  }: {
    readonly tested: ReadonlyMap<string, TestedTask>;
    readonly decisions: RecordedDecision[];
  },
): Promise<TestedTask> {
  const { dag, clock, signal } = input;
  const waitingSince = clock.now();
  const begunMs = clock.monotonicMs();
  for (;;) {
    const abort = new AbortController();
    signal.addEventListener('abort', () => abort.abort('shutdown'), { signal: abort.signal });
    if (signal.aborted) abort.abort('shutdown');
    const context = createTaskContext({
      run: {
        logicalDate: null,
        dataIntervalStart: waitingSince,
        dataIntervalEnd: waitingSince,
        conf: input.conf,
      },
      key: { dagId: dag.definition.dagId, runId: runIdOf('manual', waitingSince), taskId: task.taskId },
      tryNumber: 1,
      clock,
      logger: input.logger,
      signal: abort.signal,
      services: input.services,
      readXcom: async (taskId) => throughJson(tested.get(taskId)?.result),
      latestSuccess: async (dagId) => await latestSuccess(input.control, dagId),
    });
    const outcome = await runAttempt({
      task,
      context,
      abort,
      waitingSince,
      clock,
      isLatest: () => true,
      perform,
      abortGraceMs: 5000,
    });
    if (outcome.kind === 'success' && outcome.decision !== undefined) {
      decisions.push({ by: task.taskId, decision: outcome.decision, isCarriedOut: false });
    }
    if (outcome.kind !== 'reschedule') return toTested(task, outcome, clock.monotonicMs() - begunMs);
    await clock.sleep(outcome.at.getTime() - clock.now().getTime(), signal);
  }
}

/** What a downstream task reads has been through JSON in a real run, so here too. */
function throughJson(value: unknown): unknown {
  return value === undefined || value === null ? undefined : JSON.parse(JSON.stringify(value));
}

function toTested(
  task: AnyTask,
  outcome: Exclude<AttemptOutcome, { readonly kind: 'reschedule' }>,
  durationMs: number,
): TestedTask {
  const base = { taskId: task.taskId, durationMs, result: undefined, reason: null, error: null };
  if (outcome.kind === 'success') return { ...base, state: 'success', result: outcome.result };
  if (outcome.kind === 'skipped') return { ...base, state: 'skipped', reason: outcome.reason };
  return { ...base, state: 'failed', reason: outcome.error.message, error: outcome.error };
}
