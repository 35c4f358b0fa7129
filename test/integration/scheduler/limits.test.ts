import { expect, test } from 'vitest';
import type { Operation } from '../../../cli/operations/operation.ts';
import { poolsExport, poolsGet, poolsImport } from '../../../cli/operations/pools.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const dagBody = (dagId: string, args: string, tasks: string): string =>
  `{ dagId: '${dagId}', description: '', owner: 'x', tags: [], ${args}, tasks: (t) => { ${tasks} } }`;

const states = async (h: Harness, dagId: string): Promise<readonly string[]> => {
  const scheduler = await h.scheduler();
  const runs = await scheduler.listRuns({ dagId });
  return runs.map((run) => `${run.runId}: ${run.state}`).toSorted();
};

test('a pool holds over DAGs and runs, and who waits says for what', async () => {
  const pooled = (dagId: string): string =>
    dagBody(dagId, 'schedule: null', `t.task('a', note('a', { pool: 'api' }));`);
  await using h = await createHarness({ one: pooled('one'), two: pooled('two') });
  const scheduler = await h.scheduler();
  let [running, most] = [0, 0];
  h.services.on['a'] = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running -= 1;
  };
  for (const dagId of ['one', 'two', 'one', 'two']) {
    await scheduler.triggerDag(dagId, { runId: `r${h.clock.now().getTime()}` });
    h.clock.advance(1000);
  }
  const waiting = new AbortController();
  const idle = scheduler.runUntilIdle(waiting.signal);
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'scheduled');
  const [run] = await scheduler.listRuns({ dagId: 'one' });
  const key = { dagId: 'one', runId: run?.runId ?? '', taskId: 'a' };
  expect(await scheduler.explainTask(key)).toBe(
    'Its dependencies are met; it waits for a slot: there is no pool api.',
  );
  expect(h.services.ran).toEqual([]);
  await scheduler.setPool({ pool: 'api', slots: 1, description: '' });
  await idle;
  expect(h.services.ran).toHaveLength(4);
  expect(most).toBe(1);
  await scheduler.deletePool('api');
  await expect(scheduler.deletePool('api')).rejects.toMatchObject({ code: 'POOL_NOT_FOUND' });
  await expect(scheduler.deletePool('default_pool')).rejects.toMatchObject({ code: 'POOL_NOT_FOUND' });
});

test('a cleared run goes before later ones that depend on it and hold every place', async () => {
  const body = dagBody(
    'past',
    'schedule: null, maxActiveRuns: 1',
    `t.task('a', note('a', { dependsOnPast: true }));`,
  );
  await using h = await createHarness({ past: body });
  const scheduler = await h.scheduler();
  h.services.on['a'] = () => {
    throw new Error('no');
  };
  await scheduler.triggerDag('past', { runId: 'one' });
  await scheduler.runUntilIdle();
  h.clock.advance(1000);
  await scheduler.triggerDag('past', { runId: 'two' });
  const stop = new AbortController();
  const stuck = scheduler.runUntilIdle(stop.signal);
  await h.events.until((e) => e.type === 'dag_run' && e.runId === 'two' && e.state === 'running');
  expect(await scheduler.explainTask({ dagId: 'past', runId: 'two', taskId: 'a' })).toBe(
    'It waits: it depends on its past, and a is failed in run one.',
  );
  h.services.on['a'] = () => 'done';
  await scheduler.clearTasks({ dagId: 'past', runId: 'one' });
  h.clock.advance(1000);
  await stuck;
  expect(await states(h, 'past')).toEqual(['one: success', 'two: success']);
});

test('dagrunTimeout ends a run whose task never does, and stops that task', async () => {
  const body = dagBody(
    'slow',
    `schedule: null, dagrunTimeout: '1m'`,
    `t.task('b', note('b')).after(t.task('a', note('a')));`,
  );
  await using h = await createHarness({ slow: body });
  const scheduler = await h.scheduler();
  let stopped: unknown;
  h.services.on['a'] = ({ signal }) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        stopped = signal.reason;
        resolve();
      });
    });
  await scheduler.triggerDag('slow', { runId: 'r' });
  const idle = scheduler.runUntilIdle();
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'running');
  await expect.poll(() => h.services.ran.length).toBe(1);
  await h.clock.advanceAsleep(60_000);
  await idle;
  const key = { dagId: 'slow', runId: 'r' };
  expect(stopped).toBe('run_over');
  expect((await scheduler.listTaskInstances(key)).map((each) => each.state)).toEqual(['skipped', 'skipped']);
  expect(await scheduler.listRuns()).toMatchObject([{ state: 'failed', reason: 'timed out: dagrunTimeout' }]);
});

/** Pauses itself after the second failed run in a row. */
const failing = dagBody(
  'failing',
  `schedule: cronInterval('0 * * * *'), maxConsecutiveFailedRuns: 2`,
  `t.task('a', note('a'));`,
);

test('a DAG that fails too often in a row is paused, and says when it would run next', async () => {
  await using h = await createHarness({ failing });
  const scheduler = await h.scheduler();
  h.services.on['a'] = () => {
    throw new Error('no');
  };
  for (let hour = 0; hour < 4; hour += 1) {
    await scheduler.runUntilIdle();
    h.clock.advance(3_600_000);
  }
  const runs = await scheduler.listRuns();
  expect(runs.map((run) => run.runId)).toEqual([
    'scheduled__2026-03-02T11:00:00+00:00',
    'scheduled__2026-03-02T10:00:00+00:00',
  ]);
  expect(runs[0]).toMatchObject({ dataIntervalStart: new Date('2026-03-02T10:00:00Z') });
  expect(h.events.all.filter((e) => e.type === 'dag_paused')).toHaveLength(1);
  const next = await scheduler.nextRuns('failing', 2);
  expect(next.map((run) => run.runAfter.toISOString().slice(11, 16))).toEqual(['14:00', '15:00']);
  // A run by hand covers the latest complete interval.
  const manual = await scheduler.triggerDag('failing', { runId: 'manual' });
  expect(manual).toMatchObject({ logicalDate: null, dataIntervalEnd: new Date('2026-03-02T14:00:00Z') });
});

test('runs of a backfill do not count for maxConsecutiveFailedRuns, whether they fail or not', async () => {
  await using h = await createHarness({ failing });
  const scheduler = await h.scheduler();
  const paused = (): number => h.events.all.filter((e) => e.type === 'dag_paused').length;
  const backfill = async (from: string, to: string): Promise<void> => {
    const asked = { conf: {}, runBackwards: false, reprocess: 'none', maxActiveRuns: 10 } as const;
    await scheduler.createBackfill('failing', { ...asked, from: new Date(from), to: new Date(to) });
    await scheduler.runUntilIdle();
  };
  h.services.on['a'] = () => {
    throw new Error('no');
  };
  await scheduler.runUntilIdle();
  await backfill('2026-02-01T00:00:00Z', '2026-02-01T01:00:00Z');
  expect((await scheduler.listRuns()).map((run) => run.state)).toEqual(['failed', 'failed', 'failed']);
  expect(paused()).toBe(0);

  // What a backfill does well between two failures does not count either.
  h.services.on['a'] = async (context) => {
    if ('runId' in context && String(context.runId).startsWith('backfill')) return;
    await h.events.until((e) => e.type === 'dag_run' && e.runType === 'backfill' && e.state === 'success');
    throw new Error('no');
  };
  h.clock.advance(2 * 3_600_000);
  await backfill('2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z');
  const runs = (await scheduler.listRuns()).map((run) => `${run.runId} ${run.state}`);
  expect(runs).toEqual(
    expect.arrayContaining([
      'scheduled__2026-03-02T12:00:00+00:00 failed',
      'backfill__2026-03-02T11:00:00+00:00 success',
    ]),
  );
  expect(paused()).toBe(1);
});

test('once and listed events run as often as they say, and no more', async () => {
  await using h = await createHarness({
    once: dagBody('once', 'schedule: once()', `t.task('a', note('a'));`),
    listed: dagBody(
      'listed',
      `schedule: events([new Date('2026-03-02T10:00:00Z'), new Date('2026-03-02T11:00:00Z')])`,
      `t.task('a', note('a'));`,
    ),
    either: dagBody(
      'either',
      `schedule: assetsOrTime(asset('raw'), cron('0 12 * * *'))`,
      `t.task('a', note('a'));`,
    ),
  });
  const scheduler = await h.scheduler();
  for (let hour = 0; hour < 4; hour += 1) {
    await scheduler.runUntilIdle();
    h.clock.advance(3_600_000);
  }
  const ran = h.services.ran.map((each) => each.split('.')[0] ?? '').toSorted((a, b) => a.localeCompare(b));
  expect(ran).toEqual(['either', 'listed', 'listed', 'once']);
});

test('pools are shown by name, and go from one installation to another as a file has them', async () => {
  await using h = await createHarness({});
  const scheduler = await h.scheduler();
  const platform = { scheduler: () => Promise.resolve(scheduler) };
  const call = async (operation: Operation, input: unknown): Promise<readonly unknown[]> => {
    const result = await operation.invoke(input, { platform } as never);
    return result.kind === 'rows' ? result.rows : [];
  };
  await scheduler.setPool({ pool: 'api', slots: 3, description: 'their limit' });
  const pools = { api: { slots: 2, description: 'their new limit' }, disk: { slots: 1 } };
  expect(await call(poolsImport, { pools })).toEqual([
    { pool: 'api', slots: 2, state: 'replaced' },
    { pool: 'disk', slots: 1, state: 'added' },
  ]);
  expect(await call(poolsGet, { pool: 'api' })).toEqual([
    { pool: 'api', slots: 2, description: 'their new limit' },
  ]);
  await expect(call(poolsGet, { pool: 'none' })).rejects.toMatchObject({ code: 'POOL_NOT_FOUND' });
  const exported = (await call(poolsExport, {})) as readonly { pool: string; value: string }[];
  const file = Object.fromEntries(exported.map(({ pool, value }) => [pool, JSON.parse(value) as unknown]));
  expect(file).toMatchObject({ ...pools, disk: { slots: 1, description: '' } });
  expect(await call(poolsImport, { pools: file })).not.toContainEqual(
    expect.objectContaining({ state: 'added' }),
  );
  await expect(call(poolsImport, { pools: { api: { slots: -1 } } })).rejects.toThrow('slots');
});
