import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scheduler } from '../../../scheduler/scheduler.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

// One database and one scheduler for every operator and sensor: each test has DAGs of its own.

const base = `description: '', schedule: null, owner: 'x', tags: []`;
const dags = {
  branching: `{ dagId: 'branching', ${base}, tasks: (t) => {
    const a = t.task('a', note('a'));
    const b = t.task('b', note('b'));
    const join = t.empty('join', { triggerRule: 'none_failed_min_one_success' }).after(a, b);
    t.branch('pick', { choices: { a, b, join }, choose: (c) => c.services.on.pick(c) });
    t.task('always', note('always', { triggerRule: 'all_done' })).after(b);
  } }`,
  circuit: `{ dagId: 'circuit', ${base}, tasks: (t) => {
    const any = t.shortCircuit('any', { condition: () => false });
    const first = t.task('first', note('first')).after(any);
    t.task('last', note('last', { triggerRule: 'all_done' })).after(first);
    t.task('tidy', note('tidy', { isTeardown: true })).after('last');
  } }`,
  latest: `{ dagId: 'latest', description: '', schedule: every('5m'), catchup: true, owner: 'x', tags: [], maxActiveRuns: 1,
    startDate: new Date('2026-03-02T09:55:00Z'), tasks: (t) => {
      t.task('only', note('only')).after(t.latestOnly('newest'));
    } }`,
};

let h: Harness;
let scheduler: Scheduler;

beforeAll(async () => {
  h = await createHarness(dags);
  scheduler = await h.scheduler();
  for (const dagId of ['latest']) await scheduler.pauseDag(dagId);
});
afterAll(async () => await h[Symbol.asyncDispose]());

/** States by task id. */
async function states(dagId: string, runId: string): Promise<Readonly<Record<string, string | null>>> {
  const instances = await scheduler.listTaskInstances({ dagId, runId });
  return Object.fromEntries(instances.map(({ taskId, state }) => [taskId, state]));
}

/** Runs a DAG to its end. */
async function run(dagId: string, runId = 'r'): Promise<Readonly<Record<string, string | null>>> {
  await scheduler.triggerDag(dagId, { runId });
  await scheduler.runUntilIdle();
  return await states(dagId, runId);
}

async function rerun(
  dagId: string,
  ...taskIds: readonly string[]
): Promise<Readonly<Record<string, string | null>>> {
  await scheduler.clearTasks({ dagId, runId: 'r', taskIds });
  await scheduler.runUntilIdle();
  return await states(dagId, 'r');
}

describe('branching', () => {
  test('what is not followed is skipped, now and when it is cleared alone', async () => {
    h.services.on['pick'] = () => 'a';
    const first = { pick: 'success', a: 'success', b: 'skipped', join: 'success', always: 'success' };
    expect(await run('branching')).toEqual(first);
    expect(await rerun('branching', 'b')).toEqual(first);
    expect(await scheduler.explainTask({ dagId: 'branching', runId: 'r', taskId: 'b' })).toMatch(
      /pick decided/,
    );
    // The branch itself over again: it decides anew.
    h.services.on['pick'] = () => 'b';
    expect(await rerun('branching', 'pick', 'a', 'b', 'join', 'always')).toEqual({
      ...first,
      a: 'skipped',
      b: 'success',
    });
  });

  test('a choice that does not exist fails without a retry', async () => {
    h.services.on['pick'] = () => 'c';
    expect(await run('branching', 'wrong')).toMatchObject({ pick: 'failed', a: 'upstream_failed' });
    const [pick] = await scheduler.listTaskInstances({ dagId: 'branching', runId: 'wrong' });
    expect(pick?.error).toMatchObject({ code: 'BRANCH_CHOICE_UNKNOWN' });
  });

  test('a short-circuit skips everything below; cleared alone, an all_done task further below runs', async () => {
    const skipped = { any: 'success', first: 'skipped', last: 'skipped', tidy: 'success' };
    expect(await run('circuit')).toEqual(skipped);
    expect(await rerun('circuit', 'first')).toEqual(skipped);
    expect(await rerun('circuit', 'last')).toEqual({ ...skipped, last: 'success' });
    const tested = await scheduler.testDag('circuit');
    expect(Object.fromEntries(tested.tasks.map((task) => [task.taskId, task.state]))).toEqual(skipped);
  });

  test('latestOnly lets the newest scheduled run pass, and manual ones', async () => {
    await scheduler.unpauseDag('latest');
    await scheduler.runUntilIdle();
    expect(await states('latest', 'scheduled__2026-03-02T09:55:00+00:00')).toEqual({
      newest: 'success',
      only: 'skipped',
    });
    expect(await states('latest', 'scheduled__2026-03-02T10:00:00+00:00')).toEqual({
      newest: 'success',
      only: 'success',
    });
    await scheduler.pauseDag('latest');
  });
});
