import type { AnyTask } from './authoring/definition.ts';
import { failFastReason } from './core/fail-fast.ts';
import { resolveParams } from './core/params.ts';
import { runResult } from './core/run-state.ts';
import type { TaskInstanceState } from './core/states.ts';
import { newlySkipped } from './core/skip-decision.ts';
import type { RecordedDecision } from './core/skip-decision.ts';
import { readinessOf, skipReason } from './core/task-wait.ts';
import type { Readiness } from './core/task-wait.ts';
import { testAttempt, testedRun } from './test-attempt.ts';
import type { TestedInstance, TestedTask, TestInput } from './test-attempt.ts';
import { lengthsOf, returnedBy, statesOf } from './tested-values.ts';

export interface TestedDag {
  readonly dagId: string;
  readonly state: 'success' | 'failed';
  readonly reason: string;
  readonly tasks: readonly TestedTask[];
}

export interface TestDagInput extends TestInput {
  readonly onTask: (task: TestedTask) => void;
}

/**
 * Runs a DAG's tasks one after the other in this process and records nothing, as `airflow dags test` does: same
 * functions, same trigger rules, failFast; no run in the store, no asset events. Sensors wait in place. Each task is tried
 * once and the run has no dagrunTimeout: whoever tests wants to see a failure, and has Ctrl-C.
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
      const mark = stopMark(input, task, [...test.tested.values(), outcomes].flat()) ?? instance.mark;
      const outcome =
        mark === undefined
          ? await testTask(input, { task, mapIndex: instance.mapIndex, test })
          : notRun(task, instance.mapIndex, mark);
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
  readonly run: TestedInstance['run'];
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

function stopMark({ dag }: TestDagInput, task: AnyTask, ended: readonly TestedTask[]): Mark | undefined {
  const reason = task.isTeardown ? undefined : failFastReason(dag, ended);
  return reason === undefined ? undefined : { state: 'skipped', reason };
}

function notRun({ taskId }: AnyTask, mapIndex: number, { state, reason }: Mark): TestedTask {
  return { taskId, mapIndex, state, reason, durationMs: 0, result: undefined, error: null };
}

async function testTask(
  input: TestInput,
  { task, mapIndex, test }: { readonly task: AnyTask; readonly mapIndex: number; readonly test: Test },
): Promise<TestedTask> {
  const { run, tested, decisions } = test;
  const readReturned: TestedInstance['readReturned'] = (taskId) =>
    Promise.resolve(returnedBy(tested, taskId));
  const ended = await testAttempt(input, { task, mapIndex, run, readReturned });
  if (ended.decision !== undefined) {
    decisions.push({ by: task.taskId, decision: ended.decision, isCarriedOut: false });
  }
  return ended.tested;
}
