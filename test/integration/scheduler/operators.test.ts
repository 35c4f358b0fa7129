import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scheduler } from '../../../scheduler/scheduler.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

/** On a busy machine a second is short. */
const patient = { timeout: 20_000 };

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
  child: `{ dagId: 'child', ${base}, tasks: (t) => { t.task('work', note('work')); } }`,
  parent: `{ dagId: 'parent', ${base}, tasks: (t) => {
    const child = t.sensor('run_child', triggerDagRun({
      dagId: 'child', conf: (c) => ({ from: c.runId }), waitForCompletion: true, retries: 1, retryDelay: '1s' }));
    t.task('read', { run: async (c) => await c.xcomPull(child) }).after(child);
  } }`,
  of_each: `{ dagId: 'of_each', ${base}, tasks: (t) => { t.task('work', { run: (c) => c.conf }); } }`,
  each: `{ dagId: 'each', ${base}, tasks: (t) => {
    t.partialGroup('of', (g, { file }) => {
      g.sensor('go', triggerDagRun({ dagId: 'of_each', conf: async (c) => ({ file: await c.xcomPull(file) }) }));
    }).expand({ file: ['a', 'b', 'c'] });
  } }`,
  waiting: `{ dagId: 'waiting', ${base}, tasks: (t) => {
    const at = () => [new Date('2026-03-02T10:00:00Z')];
    t.sensor('run', externalTaskSensor({ dagId: 'latest', logicalDates: at, checkExistence: true, timeout: '0s' }));
    t.sensor('task', externalTaskSensor({ dagId: 'latest', taskIds: ['only'], logicalDates: at, timeout: '0s' }));
    t.sensor('other', externalTaskSensor({ dagId: 'latest', taskIds: ['newest', 'gone'], logicalDates: at, timeout: '0s' }));
    t.sensor('undated', externalTaskSensor({ dagId: 'latest', softFail: true }));
    t.sensor('asset', assetSensor({ asset: asset('shouted'), after: () => new Date(0), timeout: '0s' }));
    t.sensor('fresh', assetSensor({ asset: asset('never'), maxAge: '1h', timeout: '0s', softFail: true }));
    t.sensor('later', timeSensor({ delta: '90s' }));
  } }`,
  told: `{ dagId: 'told', ${base}, params: z.object({ day: z.iso.date(), limit: z.number().default(10) }),
    tasks: (t) => {
      t.task('here', { run: (c) => c.params });
      t.task('apart', { run: (c) => c.params, executor: 'process' });
    } }`,
  apart: `{ dagId: 'apart', ${base}, tasks: (t) => {
    t.sensor('gone', triggerDagRun({ dagId: 'nowhere', executor: 'process', retries: 1 }));
    const dates = () => [new Date('2026-03-02T10:00:00Z')];
    t.sensor('seen', externalTaskSensor({ dagId: 'latest', logicalDates: dates, executor: 'process', timeout: '0s' }));
  } }`,
  shell: `{ dagId: 'shell', ${base}, tasks: (t) => {
    const said = t.task('say', bash({ command: 'echo "in $AIRFLOW_CTX_DAG_RUN_ID"; echo last', outlets: [asset('shouted')] }));
    t.task('read', { run: async (c) => await c.xcomPull(said) }).after(said);
    t.task('nothing', bash({ command: 'exit 99' }));
    t.task('query', sql({ service: (s) => s.on.client(), sql: 'select 1' }));
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

test('a run is told its params: checked when it is triggered, with defaults for its tasks wherever they run', async () => {
  const refused = { code: 'PARAMS_INVALID', message: expect.stringMatching(/^DAG told: day: .*; limit: /) };
  await expect(scheduler.triggerDag('told', { conf: { limit: 'x' } })).rejects.toMatchObject(refused);
  await expect(scheduler.testDag('told', { conf: { limit: 'x' } })).rejects.toMatchObject(refused);
  expect(await scheduler.listRuns({ dagId: 'told' })).toEqual([]);
  await scheduler.triggerDag('told', { conf: { day: '2026-03-01' } });
  await scheduler.runUntilIdle();
  const ended = h.events.all.filter(
    (e) => e.type === 'task_instance' && e.dagId === 'told' && e.state === 'success',
  );
  const params = { day: '2026-03-01', limit: 10 };
  expect(ended).toMatchObject([{ result: params }, { result: params }]);
});

describe('operators', () => {
  test('bash and SQL tasks: output in the log, the last line and the rows as values, exit code 99 skips', async () => {
    h.services.on['client'] = () => ({ query: async () => [{ n: 1 }] });
    const expected = { say: 'success', read: 'success', nothing: 'skipped', query: 'success' };
    expect(await run('shell')).toEqual(expected);
    const lines = await scheduler.taskLog({ dagId: 'shell', runId: 'r', taskId: 'say' });
    expect(lines.map((line) => line.message)).toEqual(['in r', 'last', 'success']);
    const read = h.events.all.find(
      (e) => e.type === 'task_instance' && e.taskId === 'read' && e.state === 'success',
    );
    expect(read).toMatchObject({ result: 'last' });
  });

  test('in a mapped group each run of it triggers a run of its own, also where they begin in the same moment', async () => {
    await scheduler.triggerDag('each', { runId: 'r' });
    await scheduler.runUntilIdle();
    const confs = (await scheduler.listRuns({ dagId: 'of_each' })).map(({ conf }) => String(conf['file']));
    expect(confs.toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('a triggered run is waited for without a slot, and made once whatever fails meanwhile', async () => {
    let release = (): void => {};
    h.services.on['work'] = () => new Promise<void>((resolve) => (release = resolve));
    await scheduler.triggerDag('parent', { runId: 'r' });
    const idle = scheduler.runUntilIdle();
    await expect.poll(() => h.services.ran, patient).toContain('child.work#1');
    await expect
      .poll(async () => await states('parent', 'r'), patient)
      .toEqual({ run_child: 'up_for_reschedule', read: null });
    await h.clock.advanceAsleep(10_000);
    release();
    await h.events.until((e) => e.type === 'dag_run' && e.dagId === 'child' && e.state === 'success');
    await h.clock.advanceAsleep(10_000);
    await idle;
    expect(await states('parent', 'r')).toEqual({ run_child: 'success', read: 'success' });
    const [child, ...others] = await scheduler.listRuns({ dagId: 'child' });
    expect(others).toEqual([]);
    expect(child?.conf).toEqual({ from: 'r' });
    const read = h.events.all.find(
      (e) =>
        e.type === 'task_instance' && e.dagId === 'parent' && e.taskId === 'read' && e.state === 'success',
    );
    expect(read).toMatchObject({ result: child?.runId });
    // Cleared, it triggers anew; a run that fails is not tried again from here.
    h.services.on['work'] = () => {
      throw new Error('broken');
    };
    await scheduler.clearTasks({ dagId: 'parent', runId: 'r', taskIds: ['run_child', 'read'] });
    const again = scheduler.runUntilIdle();
    await h.events.until((e) => e.type === 'dag_run' && e.dagId === 'child' && e.state === 'failed');
    await h.clock.advanceAsleep(10_000);
    await again;
    expect(await states('parent', 'r')).toEqual({ run_child: 'failed', read: 'upstream_failed' });
    expect(await scheduler.listRuns({ dagId: 'child' })).toHaveLength(2);
    const [failed] = await scheduler.listTaskInstances({ dagId: 'parent', runId: 'r' });
    expect(failed?.error).toMatchObject({ code: 'TRIGGERED_RUN_FAILED' });
  });

  test('a task in a process of its own asks the scheduler too, and hears what it refuses', async () => {
    expect(await run('apart')).toEqual({ gone: 'failed', seen: 'success' });
    const [gone] = await scheduler.listTaskInstances({ dagId: 'apart', runId: 'r' });
    expect(gone).toMatchObject({ tryNumber: 1, error: { code: 'DAG_NOT_FOUND' } });
  });

  test('sensors look at other DAGs and at assets; softFail skips what would fail for good', async () => {
    await scheduler.triggerDag('waiting', { runId: 'r' });
    const idle = scheduler.runUntilIdle();
    await expect.poll(async () => (await states('waiting', 'r'))['later'], patient).toBe('up_for_reschedule');
    await h.clock.advanceAsleep(90_000);
    await idle;
    expect(await states('waiting', 'r')).toEqual({
      run: 'success',
      task: 'success',
      other: 'failed',
      undated: 'skipped',
      asset: 'success',
      fresh: 'skipped',
      later: 'success',
    });
  });
});
