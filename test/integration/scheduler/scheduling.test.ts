import { expect, test } from 'vitest';
import { every } from '../../../scheduler/index.ts';
import { createHarness } from './harness.ts';

const ticking = `{ dagId: 'ticking', description: '', schedule: every('5m'), maxActiveRuns: 1, owner: 'x', tags: [],
  tasks: (t) => { t.task('a', note('a')); } }`;

const producer = `{ dagId: 'producer', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
  t.task('load', note('load', { outlets: [asset('raw')] })); } }`;
const consumer = `{ dagId: 'consumer', description: '', schedule: assets(asset('raw')), maxActiveRuns: 1, owner: 'x',
  tags: [], tasks: (t) => { t.task('build', note('build')); } }`;

test('ticks missed while nobody ran collapse into one run for the latest', async () => {
  await using h = await createHarness({ ticking });
  const first = await h.scheduler();
  await first.runUntilIdle();
  await first.stop();
  h.clock.set('2026-03-02T10:39:59Z');
  const second = await h.scheduler();
  await second.runUntilIdle();
  const runs = await second.listRuns();
  expect(runs.map((run) => run.runId)).toEqual([
    'scheduled__2026-03-02T10:35:00+00:00',
    'scheduled__2026-03-02T10:00:00+00:00',
  ]);
  expect(runs.map((run) => run.state)).toEqual(['success', 'success']);
  const [dag] = await second.listDags();
  expect(dag).toMatchObject({ schedule: 'every 5m', nextRunAt: new Date('2026-03-02T10:40:00Z') });
});

test('catchup makes a run for every missed tick, oldest first', async () => {
  await using h = await createHarness({
    catching: `{ dagId: 'catching', description: '', schedule: cron('*/15 * * * *'), catchup: true, owner: 'x', tags: [],
      startDate: new Date('2026-03-02T09:20:00Z'), maxActiveRuns: 1, tasks: (t) => { t.task('a', note('a')); } }`,
  });
  const scheduler = await h.scheduler();
  await scheduler.runUntilIdle();
  const ticks = (await scheduler.listRuns()).map((run) => run.logicalDate?.toISOString().slice(11, 16));
  expect(ticks).toEqual(['10:00', '09:45', '09:30']);
});

test('no second run begins while maxActiveRuns are active; the next one is for the latest tick', async () => {
  await using h = await createHarness({ ticking });
  let release = (): void => {};
  h.services.on['a'] = () => new Promise<void>((resolve) => (release = resolve));
  const scheduler = await h.scheduler();
  const idle = scheduler.runUntilIdle();
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'running');
  await expect.poll(() => h.services.ran.length).toBe(1);
  await h.clock.advanceAsleep(10 * 60_000);
  await scheduler.triggerDag('ticking', { runId: 'manual' });
  await expect
    .poll(async () => (await scheduler.listRuns()).map((run) => run.state))
    .toEqual(['queued', 'running']);
  h.services.on['a'] = () => 'done';
  release();
  await idle;
  const runs = await scheduler.listRuns();
  expect(runs.map((run) => run.state)).toEqual(['success', 'success', 'success']);
  const ticks = new Set(runs.map((run) => run.logicalDate?.toISOString().slice(11, 16)));
  expect(ticks).toEqual(new Set(['10:00', '10:10', undefined]));
});

test('an override replaces the schedule of a DAG', async () => {
  await using h = await createHarness({ ticking });
  const scheduler = await h.scheduler({ scheduleOverrides: { ticking: every('10s') } });
  await scheduler.runUntilIdle();
  h.clock.advance(10_000);
  await scheduler.runUntilIdle();
  expect((await scheduler.listRuns()).length).toBe(2);
  await expect(h.scheduler({ scheduleOverrides: { tikcing: null } })).rejects.toMatchObject({
    code: 'DAG_NOT_FOUND',
  });
});

test('an asset starts its consumers when it was produced, and only then', async () => {
  await using h = await createHarness({ producer, consumer });
  const scheduler = await h.scheduler();
  const load = async (runId: string): Promise<void> => {
    await scheduler.triggerDag('producer', { runId });
    await scheduler.runUntilIdle();
    h.clock.advance(1000);
  };
  h.services.on['load'] = () => {
    throw Object.assign(new Error('nothing new'), { name: 'TaskSkip' });
  };
  await load('fails');
  expect(await scheduler.listRuns({ dagId: 'consumer' })).toEqual([]);
  h.services.on['load'] = () => 'loaded';
  await load('loads');
  const [run] = await scheduler.listRuns({ dagId: 'consumer' });
  expect(run).toMatchObject({ runType: 'asset_triggered', state: 'success', logicalDate: null });
  expect(h.services.ran.filter((each) => each === 'consumer.build#1')).toHaveLength(1);
});

test('a paused consumer collects events and answers all of them with one run', async () => {
  await using h = await createHarness({ producer, consumer });
  const scheduler = await h.scheduler();
  await scheduler.pauseDag('consumer');
  for (const runId of ['one', 'two']) {
    await scheduler.triggerDag('producer', { runId });
    await scheduler.runUntilIdle();
    h.clock.advance(60_000);
  }
  expect(await scheduler.listRuns({ dagId: 'consumer' })).toEqual([]);
  await scheduler.unpauseDag('consumer');
  await scheduler.runUntilIdle();
  const runs = await scheduler.listRuns({ dagId: 'consumer' });
  // Its data interval is the union of the producers'.
  expect(runs).toMatchObject([
    {
      dataIntervalStart: new Date('2026-03-02T10:02:00Z'),
      dataIntervalEnd: new Date('2026-03-02T10:03:00Z'),
    },
  ]);
});

test('a started scheduler begins an asset-triggered run at once, without waiting for a tick', async () => {
  await using h = await createHarness({ producer, consumer });
  const scheduler = await h.scheduler();
  await scheduler.start();
  await scheduler.start();
  await scheduler.triggerDag('producer');
  await h.events.until((e) => e.type === 'dag_run' && e.dagId === 'consumer' && e.state === 'success');
  await scheduler.stop();
  await scheduler.stop();
});
