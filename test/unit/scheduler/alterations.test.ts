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

/** list -> each (mapped) -> sum, and list -> group of read -> size, both mapped -> sum. */
const mapped = loaded({
  tasks: (t) => {
    const list = t.task('list', { run: () => ['a', 'b'] });
    const each = t.partial('each', { run, retries: 1 }).expand({ n: list });
    const group = t
      .partialGroup('group', (g) => {
        const read = g.task('read', { run });
        g.task('size', { run }).after(read);
      })
      .expand({ n: list });
    t.task('sum', { run }).after(each, group);
  },
});

function recordedMapped(states: Readonly<Record<string, TaskInstanceState | null>>): RecordedRun {
  const instances = Object.entries(states).map(([name, state]) => {
    const [, taskId = '', index = '-1'] = /^([^[]+)(?:\[(\d+)\])?$/.exec(name) ?? [];
    return { taskId, mapIndex: Number(index), state, tryNumber: 1 };
  });
  return { runId: 'r', state: 'failed', instances };
}

const toldMapped = ({ tasks }: Alteration): readonly string[] =>
  tasks.map(({ taskId, mapIndex, to }) => `${taskId}${mapIndex < 0 ? '' : `[${mapIndex}]`}->${String(to)}`);

const twice = recordedMapped({
  list: 'success',
  'each[0]': 'success',
  'each[1]': 'failed',
  'each[2]': 'removed',
  'group.read[0]': 'failed',
  'group.read[1]': 'failed',
  'group.size[0]': 'upstream_failed',
  'group.size[1]': 'upstream_failed',
  sum: 'upstream_failed',
});

test.each([
  [{ taskIds: ['each'] }, ['each[0]->null', 'each[1]->null']],
  [{ taskIds: ['each'], mapIndex: 1 }, ['each[1]->null']],
  [{ taskIds: ['each'], mapIndex: 1, onlyRunning: true }, []],
  [{ taskIds: ['each'], mapIndex: 2 }, []],
  [{ taskIds: ['each'], mapIndex: 0, downstream: true }, ['each[0]->null', 'sum->null']],
  [{ taskIds: ['each'], mapIndex: 0, upstream: true }, ['list->null', 'each[0]->null']],
  [
    { taskIds: ['sum'], upstream: true, onlyFailed: true },
    [
      'each[1]->null',
      'group.read[0]->null',
      'group.read[1]->null',
      'group.size[0]->null',
      'group.size[1]->null',
      'sum->null',
    ],
  ],
  [
    { taskIds: ['group.read'], mapIndex: 1, downstream: true },
    ['group.read[1]->null', 'group.size[1]->null', 'sum->null'],
  ],
  [{ taskIds: ['group.read', 'each'], mapIndex: 0 }, ['each[0]->null', 'group.read[0]->null']],
])('of mapped tasks %j clears just those instances', (selection, expected) => {
  expect(new Set(toldMapped(planClear(mapped, [twice], selection)))).toEqual(new Set(expected));
});

test('one instance that is marked success frees its own run of the group and what comes after, no other', () => {
  const options = { taskIds: ['group.read'], mapIndex: 0, state: 'success' } as const;
  expect(toldMapped(planMark(mapped, [twice], options))).toEqual([
    'group.read[0]->success',
    'group.size[0]->null',
    'sum->null',
  ]);
  const gone = { taskIds: ['each'], mapIndex: 9, state: 'failed' } as const;
  expect(planMark(mapped, [twice], gone)).toEqual({ tasks: [], runs: [] });
});
