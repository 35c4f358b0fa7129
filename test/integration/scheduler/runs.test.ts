import { expect, test } from 'vitest';
import { createHarness } from './harness.ts';

const chain = `{ dagId: 'chain', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
  const a = t.task('a', note('a', { retries: 2, retryDelay: '30s' }));
  const b = t.task('b', { run: async (c) => ({ twice: [await c.xcomPull(a), await c.xcomPull(a)] }) }).after(a);
  t.task('c', note('c')).after(b);
} }`;

test('runs tasks in order, hands return values on, and records states, log and result', async () => {
  await using h = await createHarness({ chain });
  h.services.on['a'] = () => ({ n: 7 });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('chain', { runId: 'r1', conf: { k: 1 } });
  const run = await scheduler.waitForRun({ dagId: 'chain', runId: 'r1' });
  expect(run).toMatchObject({ state: 'success', runType: 'manual', logicalDate: null, conf: { k: 1 } });
  const instances = await scheduler.listTaskInstances({ dagId: 'chain', runId: 'r1' });
  expect(instances.map((i) => [i.taskId, i.state, i.tryNumber])).toEqual([
    ['a', 'success', 1],
    ['b', 'success', 1],
    ['c', 'success', 1],
  ]);
  expect(
    h.events.all.find((e) => e.type === 'task_instance' && e.taskId === 'b' && e.state === 'success'),
  ).toMatchObject({
    result: { twice: [{ n: 7 }, { n: 7 }] },
  });
  const lines = await scheduler.taskLog({ dagId: 'chain', runId: 'r1', taskId: 'c' });
  expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'success' });
});

test('retries after its delay and not before, and keeps the error of the failed attempt', async () => {
  await using h = await createHarness({ chain });
  h.services.on['a'] = ({ tryNumber }) => {
    if (tryNumber === 1) throw new Error('no connection');
    return 1;
  };
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('chain', { runId: 'r1' });
  const done = scheduler.waitForRun({ dagId: 'chain', runId: 'r1' });
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'up_for_retry');
  const [a] = await scheduler.listTaskInstances({ dagId: 'chain', runId: 'r1' });
  expect(a).toMatchObject({
    state: 'up_for_retry',
    nextAttemptAt: new Date('2026-03-02T10:02:30Z'),
    error: { code: 'TASK_FAILED', message: 'no connection' },
  });
  await h.clock.advanceAsleep(29_000);
  expect(h.services.ran).toEqual(['chain.a#1']);
  await h.clock.advanceAsleep(1000);
  expect((await done).state).toBe('success');
  expect(h.services.ran).toEqual(['chain.a#1', 'chain.a#2', 'chain.c#1']);
});

test('a task that says it cannot be retried is not; its downstream is upstream_failed', async () => {
  await using h = await createHarness({
    final: `{ dagId: 'final', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      const a = t.task('a', { retries: 5, run: () => { throw new TaskFail('wrong key'); } });
      const b = t.task('b', note('b')).after(a);
      t.task('cleanup', note('cleanup', { triggerRule: 'all_done' })).after(b);
      t.task('skips', { run: () => { throw new TaskSkip('nothing to do'); } }).before('after_skip');
      t.task('after_skip', note('after_skip'));
      t.task('big', { retries: 5, run: () => 10n }).after(a, b);
    } }`,
    json: `{ dagId: 'json', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      t.task('bigint', { retries: 5, run: () => ({ n: 10n }) });
    } }`,
  });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('final', { runId: 'r1' });
  await scheduler.triggerDag('json', { runId: 'r1' });
  await scheduler.runUntilIdle();
  const states = async (dagId: string): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      (await scheduler.listTaskInstances({ dagId, runId: 'r1' })).map((i) => [i.taskId, i.state]),
    );
  expect(await states('final')).toEqual({
    a: 'failed',
    b: 'upstream_failed',
    cleanup: 'success',
    skips: 'skipped',
    after_skip: 'skipped',
    big: 'upstream_failed',
  });
  const [bigint] = await scheduler.listTaskInstances({ dagId: 'json', runId: 'r1' });
  expect(bigint).toMatchObject({ state: 'failed', tryNumber: 1, error: { code: 'XCOM_NOT_JSON' } });
});

test('a task over its execution timeout is aborted and retried', async () => {
  await using h = await createHarness({
    slow: `{ dagId: 'slow', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      t.task('a', note('a', { retries: 1, retryDelay: '1s', executionTimeout: '10s' }));
    } }`,
  });
  h.services.on['a'] = ({ tryNumber, signal }) =>
    tryNumber > 1
      ? 'ok'
      : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stop'))));
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('slow', { runId: 'r1' });
  const done = scheduler.waitForRun({ dagId: 'slow', runId: 'r1' });
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'running');
  await expect.poll(() => h.services.ran).toEqual(['slow.a#1']);
  await h.clock.advanceAsleep(10_000);
  const failed = await h.events.until((e) => e.type === 'task_instance' && e.state === 'up_for_retry');
  expect(failed).toMatchObject({ error: { code: 'TASK_TIMEOUT' } });
  await h.clock.advanceAsleep(1000);
  expect((await done).state).toBe('success');
  expect(h.services.ran).toEqual(['slow.a#1', 'slow.a#2']);
});

test('a waiting sensor holds no slot, keeps its try, and fails for good at its timeout', async () => {
  await using h = await createHarness({
    sensing: `{ dagId: 'sensing', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      t.sensor('gate', { retries: 3, pokeInterval: '20s', timeout: '50s', poke: (c) => {
        c.services.ran.push('poke#' + c.tryNumber); return c.services.on.gate?.(c) ?? false; } });
      t.task('other', note('other'));
    } }`,
  });
  const scheduler = await h.scheduler({ parallelism: 1 });
  await scheduler.triggerDag('sensing', { runId: 'r1' });
  const done = scheduler.waitForRun({ dagId: 'sensing', runId: 'r1' });
  await h.events.until((e) => e.type === 'task_instance' && e.taskId === 'other' && e.state === 'success');
  const [gate] = await scheduler.listTaskInstances({ dagId: 'sensing', runId: 'r1' });
  expect(gate).toMatchObject({ taskId: 'gate', state: 'up_for_reschedule', tryNumber: 1 });
  const poked = async (times: number): Promise<void> => {
    const waits = (): number =>
      h.events.all.filter((e) => 'state' in e && e.state === 'up_for_reschedule').length;
    await expect.poll(waits).toBe(times);
  };
  await poked(1);
  await h.clock.advanceAsleep(20_000);
  await poked(2);
  await h.clock.advanceAsleep(20_000);
  await poked(3);
  // The last poke comes at the deadline, not at the next interval.
  await h.clock.advanceAsleep(10_000);
  expect((await done).state).toBe('failed');
  expect(h.services.ran.filter((each) => each.startsWith('poke'))).toEqual([
    'poke#1',
    'poke#1',
    'poke#1',
    'poke#1',
  ]);
  const [timedOut] = await scheduler.listTaskInstances({ dagId: 'sensing', runId: 'r1' });
  expect(timedOut).toMatchObject({ state: 'failed', error: { code: 'SENSOR_TIMEOUT' } });
});

test('a test of a DAG runs its tasks in order and records nothing', async () => {
  await using h = await createHarness({ chain });
  h.services.on['a'] = () => ({ n: 1 });
  const scheduler = await h.scheduler();
  const tested = await scheduler.testDag('chain');
  expect(tested).toMatchObject({ state: 'success' });
  expect(tested.tasks.map((task) => [task.taskId, task.state])).toEqual([
    ['a', 'success'],
    ['b', 'success'],
    ['c', 'success'],
  ]);
  expect(tested.tasks[1]?.result).toEqual({ twice: [{ n: 1 }, { n: 1 }] });
  expect(await scheduler.listRuns()).toEqual([]);
});

test('refuses unknown ids with what there is instead', async () => {
  await using h = await createHarness({ chain });
  const scheduler = await h.scheduler();
  await expect(scheduler.triggerDag('chian')).rejects.toMatchObject({
    code: 'DAG_NOT_FOUND',
    remedy: expect.stringContaining('chain'),
  });
  await scheduler.triggerDag('chain', { runId: 'r1' });
  await expect(scheduler.triggerDag('chain', { runId: 'r1' })).rejects.toMatchObject({
    code: 'DAG_RUN_EXISTS',
  });
  await expect(scheduler.triggerDag('chain', { runId: '../r' })).rejects.toMatchObject({
    code: 'DAG_ID_INVALID',
  });
  await expect(scheduler.listTaskInstances({ dagId: 'chain', runId: 'r2' })).rejects.toMatchObject({
    code: 'DAG_RUN_NOT_FOUND',
  });
  await expect(scheduler.clearTasks({ dagId: 'chain', runId: 'r1', taskIds: ['z'] })).rejects.toMatchObject({
    code: 'TASK_NOT_FOUND',
    remedy: expect.stringContaining('a, b, c'),
  });
  await expect(scheduler.taskLog({ dagId: 'chain', runId: 'r1', taskId: 'a' })).rejects.toMatchObject({
    code: 'TASK_LOG_NOT_FOUND',
  });
});
