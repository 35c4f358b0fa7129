import { expect, test } from 'vitest';
import type { Alteration, RecordedRun } from '../../../scheduler/core/alteration.ts';
import { planClear } from '../../../scheduler/core/plan-clear.ts';
import { planMark } from '../../../scheduler/core/plan-mark.ts';
import { selectTasks, withSetups } from '../../../scheduler/core/select-tasks.ts';
import type { DagRunState, TaskInstanceState } from '../../../scheduler/core/states.ts';
import { loaded } from './loaded.ts';

const run = (): number => 1;

/** a -> b -> c, and d beside them. */
const line = loaded({
  tasks: (t) => {
    const a = t.task('a', { run, retries: 2 });
    const b = t.task('b', { run }).after(a);
    t.task('c', { run }).after(b);
    t.task('d', { run });
  },
});

function recorded(
  states: Readonly<Record<string, TaskInstanceState | null>>,
  state: DagRunState = 'failed',
  runId = 'r',
): RecordedRun {
  const instances = Object.entries(states).map(([taskId, each]) => {
    return { taskId, mapIndex: -1, state: each, tryNumber: each === null ? 0 : 3 };
  });
  return { runId, state, instances };
}

/** `a failed->none`, and the runs that open again. */
const told = ({ tasks, runs }: Alteration): readonly string[] => [
  ...tasks.map(({ taskId, from, to }) => `${taskId} ${String(from)}->${String(to)}`),
  ...runs.map(({ runId, from, to }) => `${runId} ${from}->${to}`),
];

test.each([
  [{}, ['a', 'b', 'c', 'd']],
  [{ taskIds: ['b'] }, ['b']],
  [{ taskIds: ['b'], downstream: true }, ['b', 'c']],
  [{ taskIds: ['b'], upstream: true }, ['a', 'b']],
  [{ taskIds: ['b'], upstream: true, downstream: true }, ['a', 'b', 'c']],
  [{ taskIds: [] }, []],
])('%j selects %j, in running order', (selection, expected) => {
  expect([...selectTasks(line, selection).keys()]).toEqual(expected);
});

test('what is cleared with a task brings its setups and their teardowns along, and no others', () => {
  const dag = loaded({
    tasks: (t) => {
      const cluster = t.task('cluster', { run, isSetup: true });
      const work = t.task('work', { run }).after(cluster);
      t.task('drop_cluster', { run, isTeardown: true }).after(work, cluster);
      const other = t.task('other', { run, isSetup: true });
      t.task('drop_other', { run, isTeardown: true }).after(other).before(work);
      const config = t.task('config', { run, isSetup: true });
      work.after(config);
    },
  });
  const why = withSetups(dag, selectTasks(dag, { taskIds: ['work'] }));
  expect(Object.fromEntries(why)).toEqual({
    work: 'it was named',
    cluster: 'it is a setup of work',
    drop_cluster: 'it is the teardown of cluster',
    // No teardown of its own; `other` is over before work begins.
    config: 'it is a setup of work',
  });
  const done = recorded({ work: 'failed', cluster: 'success', drop_cluster: 'success', other: 'success' });
  expect(told(planClear(dag, [done], { taskIds: ['work'] }))).toEqual([
    'cluster success->null',
    'work failed->null',
    'drop_cluster success->null',
    'r failed->queued',
  ]);
  expect(planMark(dag, [done], { taskIds: ['work'], state: 'success' }).tasks).toHaveLength(1);
});

test.each([
  [{}, ['a success->null', 'b failed->null', 'c upstream_failed->null', 'r failed->queued']],
  [{ onlyFailed: true }, ['b failed->null', 'c upstream_failed->null', 'r failed->queued']],
  [{ onlyRunning: true }, []],
  [{ taskIds: ['d'] }, []],
])('clearing with %j', (options, expected) => {
  const states = { a: 'success', b: 'failed', c: 'upstream_failed', d: null } as const;
  expect(told(planClear(line, [recorded(states)], options))).toEqual(expected);
});

test('a running instance restarts, one that restarts is left alone, and an active run stays as it is', () => {
  const states = { a: 'running', b: 'restarting', c: 'queued', d: 'up_for_retry' } as const;
  expect(told(planClear(line, [recorded(states, 'running')], {}))).toEqual([
    'a running->restarting',
    'c queued->null',
    'd up_for_retry->null',
  ]);
  expect(told(planClear(line, [recorded(states, 'running')], { onlyRunning: true }))).toEqual([
    'a running->restarting',
  ]);
});

test('clearing grants the retries anew, whatever was tried', () => {
  const { tasks } = planClear(line, [recorded({ a: 'failed' })], {});
  expect(tasks).toMatchObject([{ taskId: 'a', maxTries: 5 }]);
});

test('marking success frees what failed below, in every run that is meant', () => {
  const states = { a: 'success', b: 'failed', c: 'upstream_failed', d: 'failed' } as const;
  const runs = [recorded(states, 'failed', 'r1'), recorded({ a: 'running' }, 'running', 'r2')];
  const plan = planMark(line, runs, { taskIds: ['b'], state: 'success' });
  expect(told(plan)).toEqual([
    'b failed->success',
    'c upstream_failed->null',
    'b null->success',
    'r1 failed->queued',
  ]);
  expect(plan.tasks[1]?.why).toBe('it failed below a task that is marked success');
});

test('marking failed changes nothing below, and what is so already is left out', () => {
  const states = { a: 'success', b: 'failed', c: 'upstream_failed' } as const;
  expect(told(planMark(line, [recorded(states)], { taskIds: ['a', 'b'], state: 'failed' }))).toEqual([
    'a success->failed',
    'r failed->queued',
  ]);
  expect(told(planMark(line, [recorded(states)], { taskIds: ['b'], state: 'failed' }))).toEqual([]);
});
