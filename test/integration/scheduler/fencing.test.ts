import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { renewLeases, startAttempts } from '../../../scheduler/store/attempts.ts';
import { finishAttempts } from '../../../scheduler/store/finish-attempts.ts';
import { planDag } from '../../../scheduler/core/plan-dag.ts';
import { loadDags } from '../../support/load-dags.ts';
import { createDueRuns } from '../../../scheduler/store/create-runs.ts';
import { planAndApply } from '../../../scheduler/store/runs.ts';
import type { PlannedRun } from '../../../scheduler/store/runs.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const single = `{ dagId: 'single', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
  t.task('a', note('a', { retries: 1, retryDelay: '30s' }));
} }`;
const key = { dagId: 'single', runId: 'r1', taskId: 'a', mapIndex: -1 };

test('two schedulers on one store run every task once', async () => {
  await using h = await createHarness({
    wide: `{ dagId: 'wide', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      const first = t.task('first', note('x'));
      const middle = ['m1', 'm2', 'm3', 'm4'].map((id) => t.task(id, note('x')).after(first));
      t.task('last', note('x')).after(...middle);
    } }`,
  });
  const [one, two] = await Promise.all([h.scheduler({ parallelism: 2 }), h.scheduler({ parallelism: 2 })]);
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? one : two).triggerDag('wide', { runId: `r${index}` }),
    ),
  );
  await Promise.all([one.runUntilIdle(), two.runUntilIdle()]);
  const runs = await one.listRuns();
  expect(runs.map((run) => run.state)).toEqual(Array.from({ length: 10 }, () => 'success'));
  expect(h.services.ran).toHaveLength(60);
  const attempts = await h.control
    .withSchema('scheduler')
    .from('task_attempt')
    .countDistinct('owner as owners');
  const total = await h.control.withSchema('scheduler').from('task_attempt').count('* as n');
  expect(total).toEqual([{ n: '60' }]);
  // Both took part, otherwise this test shows nothing.
  expect(attempts).toEqual([{ owners: '2' }]);
});

test('two schedulers create one run for one tick', async () => {
  await using h = await createHarness({
    ticking: `{ dagId: 'ticking', description: '', schedule: every('1m'), owner: 'x', tags: [],
      tasks: (t) => { t.task('a', note('a')); } }`,
  });
  const [one, two] = await Promise.all([h.scheduler(), h.scheduler()]);
  for (let tick = 1; tick <= 5; tick += 1) {
    await Promise.all([one.runUntilIdle(), two.runUntilIdle()]);
    expect(await one.listRuns()).toHaveLength(tick);
    h.clock.advance(60_000);
  }
  expect(h.services.ran).toHaveLength(5);
});

test('a stale token starts nothing, renews nothing and reports nothing', async () => {
  await using h = await createHarness({ single });
  const scheduler = await h.scheduler();
  await putRunning(h, { ownerAlive: true });
  // The instance was given to another attempt.
  const attempts = h.control.withSchema('scheduler').table('task_attempt');
  const [first] = await attempts.clone().select('*');
  await attempts.clone().insert({ ...first, token: otherToken });
  await h.control.withSchema('scheduler').from('task_instance').update({ token: otherToken });
  const now = h.clock.now();
  const [run] = await scheduler.listRuns();
  if (run === undefined) throw new Error('no run');
  const before = await instanceRow(h.control);
  expect(await startAttempts(h.control, [{ key, token, now }])).toEqual([undefined]);
  expect((await renewLeases(h.control, { tokens: [token], now, leaseMs: 1000 })).size).toBe(0);
  const outcome = { kind: 'success', result: 1 } as const;
  const settle = () => ({ state: 'success', maxTries: 1, nextAttemptAt: null }) as const;
  const report = { key, now, run, outcome, outlets: ['raw'], settle };
  const finish = async (by: string) =>
    await finishAttempts(h.control, [{ ...report, token: by }], { owner: 1 });
  expect(await finish(token)).toEqual([undefined]);
  expect(await finishAttempts(h.control, [{ ...report, token, outlets: [] }], { owner: 1 })).toEqual([
    undefined,
  ]);
  expect(await instanceRow(h.control)).toEqual(before);
  expect(await h.control.withSchema('scheduler').from('asset_event').select('id')).toEqual([]);
  expect(await finish(otherToken)).toMatchObject([{ state: 'success' }]);
});

test('a plan made on a state or token that is no longer there changes nothing', async () => {
  await using h = await createHarness({ single });
  await h.scheduler();
  await putRunning(h, { ownerAlive: true });
  const dag = (await loadDags(h.dagsFolder)).dags.get('single');
  if (dag === undefined) throw new Error('no DAG');
  const decision = {
    taskId: 'a',
    mapIndex: -1,
    to: 'failed',
    tryNumber: 1,
    nextAttemptAt: null,
    reason: 'stale',
  } as const;
  const result = { state: 'failed', reason: 'stale' } as const;
  const apply = async (from: 'running' | 'queued', fromToken: string): Promise<PlannedRun | undefined> => {
    const [planned] = await planAndApply(h.control, {
      keys: [key],
      dagOf: () => dag,
      now: h.clock.now(),
      planner: { owner: 1, leaseMs: 1000 },
      freeSlots: 8,
      shareOf: () => ({ pool: 'default_pool', slots: 1 }),
      plan: () => ({ decisions: [{ ...decision, from, fromToken }], expansions: [], result, held: 0 }),
    });
    return planned;
  };
  const before = await instanceRow(h.control);
  for (const stale of [await apply('running', otherToken), await apply('queued', token)]) {
    // Nor does it end the run.
    expect(stale).toMatchObject({ applied: [], run: { state: 'running' } });
  }
  expect(await instanceRow(h.control)).toEqual(before);
  expect(await apply('running', token)).toMatchObject({
    applied: [{ to: 'failed' }],
    run: { state: 'failed' },
  });
});

test('two schedulers answer one asset event with one run', async () => {
  await using h = await createHarness({
    producer: `{ dagId: 'producer', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      t.task('load', note('load', { outlets: [asset('raw')] })); } }`,
    consumer: `{ dagId: 'consumer', description: '', schedule: assets(asset('raw')), owner: 'x', tags: [],
      tasks: (t) => { t.task('build', note('build')); } }`,
  });
  const scheduler = await h.scheduler();
  await scheduler.pauseDag('consumer');
  await scheduler.triggerDag('producer');
  await scheduler.runUntilIdle();
  // Or it might answer the event itself.
  await scheduler.stop();
  await h.control.withSchema('scheduler').from('dag').update({ is_paused: false });
  const dag = (await loadDags(h.dagsFolder)).dags.get('consumer');
  if (dag === undefined) throw new Error('no DAG');
  // Moments that differ, as the clocks of two processes do, and so would the ids of their runs.
  const runs = await Promise.all(
    [0, 1, 2, 3].map((ms) => {
      const now = new Date(h.clock.now().getTime() + ms);
      const dags = [{ dag, schedule: dag.definition.schedule }];
      return createDueRuns(h.control, { dags, now, plan: planDag });
    }),
  );
  expect(runs.flat()).toHaveLength(1);
});

test('a task whose heartbeat was lost while its scheduler lives waits its retry delay and runs again', async () => {
  await using h = await createHarness({ single });
  const scheduler = await h.scheduler();
  await putRunning(h, { ownerAlive: true });
  const done = scheduler.waitForRun(key);
  // Its lease is still good: nobody touches it.
  await h.clock.advanceAsleep(59_000);
  expect((await instanceRow(h.control)).state).toBe('running');
  await h.clock.advanceAsleep(20_000);
  const lost = await h.events.until((e) => e.type === 'task_instance' && e.state === 'up_for_retry');
  expect(lost).toMatchObject({ reason: 'its heartbeat was lost', tryNumber: 1 });
  await h.clock.advanceAsleep(30_000);
  expect((await done).state).toBe('success');
  expect(h.services.ran).toEqual(['single.a#2']);
  const attempts = await h.control.withSchema('scheduler').from('task_attempt').orderBy('try_number');
  expect(attempts).toMatchObject([{ outcome: 'interrupted' }, { outcome: 'success' }]);
});

test('a task of a dead scheduler starts over at once, and fails when its tries are used up', async () => {
  await using h = await createHarness({ single });
  const scheduler = await h.scheduler();
  await putRunning(h, { ownerAlive: false });
  expect((await scheduler.waitForRun(key)).state).toBe('success');
  expect(h.services.ran).toEqual(['single.a#2']);
  await h.control.withSchema('scheduler').from('dag_run').delete();
  await putRunning(h, { ownerAlive: false, tryNumber: 2 });
  expect(await scheduler.waitForRun(key)).toMatchObject({ state: 'failed', reason: 'failed: a' });
  // The platform is not stuck: the next run goes on as ever.
  await scheduler.triggerDag('single', { runId: 'r2' });
  expect((await scheduler.waitForRun({ ...key, runId: 'r2' })).state).toBe('success');
});

test('a scheduler process killed in the middle of a task is taken over without waiting for its lease', async () => {
  await using h = await createHarness({ single });
  const scheduler = await h.scheduler();
  const script = fileURLToPath(new URL('killed-scheduler.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, h.url, h.dagsFolder, h.logDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await scheduler.triggerDag('single', { runId: 'r1' });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  // PostgreSQL needs a moment to see that the connection is gone.
  await expect
    .poll(async () => (await scheduler.waitForRun(key, AbortSignal.timeout(200))).state)
    .toBe('success');
  expect(h.services.ran).toEqual(['single.a#2']);
});

test('clearing with downstream runs the task and all that depends on it again, with fresh retries', async () => {
  await using h = await createHarness({
    chain: `{ dagId: 'chain', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      const a = t.task('a', note('a'));
      const b = t.task('b', note('b', { retries: 1 })).after(a);
      t.task('c', note('c')).after(b);
    } }`,
  });
  h.services.on['b'] = ({ tryNumber }) => `try ${tryNumber}`;
  const scheduler = await h.scheduler();
  const run = { dagId: 'chain', runId: 'r1' };
  await scheduler.triggerDag('chain', { runId: 'r1' });
  await scheduler.waitForRun(run);
  const preview = await scheduler.clearTasks({ ...run, taskIds: ['b'], downstream: true, dryRun: true });
  expect(preview.tasks.map((task) => task.taskId)).toEqual(['b', 'c']);
  expect((await scheduler.listRuns())[0]?.state).toBe('success');
  await scheduler.clearTasks({ ...run, taskIds: ['b'], downstream: true });
  expect(await scheduler.waitForRun(run)).toMatchObject({ state: 'success', clearNumber: 1 });
  expect(h.services.ran).toEqual(['chain.a#1', 'chain.b#1', 'chain.c#1', 'chain.b#2', 'chain.c#2']);
  const instances = await scheduler.listTaskInstances(run);
  expect(instances.map((i) => i.maxTries)).toEqual([0, 2, 1]);
  const values = await h.control.withSchema('scheduler').from('xcom').select('task_id', 'value');
  expect(values).toEqual([{ task_id: 'b', value: 'try 2' }]);
});

test('clearing a running task aborts it, then starts it over; what the first attempt reports is void', async () => {
  await using h = await createHarness({
    single: `{ dagId: 'single', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
      t.task('a', note('a', { outlets: [asset('raw')] })); } }`,
  });
  const scheduler = await h.scheduler();
  h.services.on['a'] = ({ tryNumber, signal }) =>
    new Promise((resolve) => {
      if (tryNumber > 1) return resolve('second');
      signal.addEventListener('abort', () => {
        h.services.ran.push('aborted');
        resolve('first');
      });
    });
  await scheduler.triggerDag('single', { runId: 'r1' });
  const done = scheduler.waitForRun(key);
  await expect.poll(() => h.services.ran).toEqual(['single.a#1']);
  expect(await scheduler.clearTasks({ dagId: 'single', runId: 'r1' })).toMatchObject({
    tasks: [{ from: 'running', to: 'restarting' }],
  });
  expect((await done).state).toBe('success');
  expect(h.services.ran).toEqual(['single.a#1', 'aborted', 'single.a#2']);
  const table = (name: string): Knex.QueryBuilder => h.control.withSchema('scheduler').from(name);
  expect(await table('xcom').select('value')).toEqual([{ value: 'second' }]);
  expect(await table('asset_event').select('asset')).toEqual([{ asset: 'raw' }]);
});

test('stop lets a task end within the grace time, aborts it after, and takes no try from it', async () => {
  await using h = await createHarness({ single });
  const first = await h.scheduler({ stopGraceMs: 10_000 });
  let aborted = false;
  h.services.on['a'] = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        aborted = true;
        reject(new Error('told to stop'));
      });
    });
  await first.triggerDag('single', { runId: 'r1' });
  await first.start();
  await expect.poll(() => h.services.ran).toEqual(['single.a#1']);
  const stopped = first.stop();
  await h.clock.advanceAsleep(9_999);
  expect(aborted).toBe(false);
  h.clock.advance(1);
  await stopped;
  expect(aborted).toBe(true);
  expect(await instanceRow(h.control)).toMatchObject({
    state: null,
    try_number: 1,
    max_tries: 2,
    token: null,
  });
  h.services.on['a'] = () => 'done';
  const second = await h.scheduler();
  expect((await second.waitForRun(key)).state).toBe('success');
});

const token = '00000000-0000-4000-8000-000000000001';
const otherToken = '00000000-0000-4000-8000-000000000002';

async function instanceRow(control: Knex): Promise<Record<string, unknown>> {
  return await control.withSchema('scheduler').from('task_instance').where({ task_id: 'a' }).first();
}

/** Puts a run into the store whose task runs in some other scheduler, which is alive or is not. */
async function putRunning(
  { control, clock, url, defer }: Harness,
  { ownerAlive, tryNumber = 1 }: { readonly ownerAlive: boolean; readonly tryNumber?: number },
): Promise<void> {
  const now = clock.now();
  const into = (table: string): Knex.QueryBuilder => control.withSchema('scheduler').into(table);
  const [owner] = await into('scheduler_instance')
    .insert({ host: 'other', pid: 1, started_at: now })
    .returning('id');
  const ids = { dag_id: 'single', run_id: 'r1' };
  const dates = {
    data_interval_start: now,
    data_interval_end: now,
    run_after: now,
    queued_at: now,
    start_date: now,
  };
  await into('dag_run').insert({ ...ids, ...dates, run_type: 'manual', state: 'running' });
  const task = { ...ids, task_id: 'a', try_number: tryNumber };
  await into('task_instance').insert({ ...task, state: 'running', max_tries: 1, token });
  const lease = { heartbeat_at: now, lease_until: new Date(now.getTime() + 60_000) };
  await into('task_attempt').insert({
    ...task,
    ...lease,
    token,
    owner: owner.id,
    queued_at: now,
    started_at: now,
  });
  if (!ownerAlive) return;
  const client = new Client({ connectionString: url });
  await client.connect();
  defer(() => client.end());
  await client.query('select pg_advisory_lock($1, $2)', [0x5c4ed, owner.id]);
}
