import { expect, test } from 'vitest';
import { createHarness } from './harness.ts';

const daily = `{ dagId: 'daily', description: '', schedule: cronInterval('0 0 * * *', 'UTC'), owner: 'x', tags: [],
  startDate: '2026-03-01T00:00:00Z', tasks: (t) => {
    const first = t.task('first', { templates: { day: '{{ ds }}', from: '{{ data_interval_start | ds }}' },
      run: async (c, { day, from }) => { await c.services.on.first?.(c); return [c.runId, day, from]; } });
    t.task('second', { run: async (c) => [c.runId, c.logicalDate] }).after(first);
  } }`;

test('a run by hand and a test are for a date if one is given, and every task of them sees the same run', async () => {
  await using h = await createHarness({ daily });
  const scheduler = await h.scheduler();
  await scheduler.pauseDag('daily');
  // Time passes from task to task.
  h.services.on['first'] = () => h.clock.advance(5000);
  const logicalDate = new Date('2026-02-10T12:00:00Z');
  const { state, tasks } = await scheduler.testDag('daily', { logicalDate });
  expect(state).toBe('success');
  expect(tasks.map(({ result }) => result)).toEqual([
    ['manual__2026-02-10T12:00:00+00:00', '2026-02-10', '2026-02-09'],
    ['manual__2026-02-10T12:00:00+00:00', logicalDate],
  ]);

  const undated = await scheduler.testDag('daily');
  expect(undated.tasks[0]?.error?.message).toContain('--logical-date');

  await scheduler.unpauseDag('daily');
  const run = await scheduler.triggerDag('daily', { logicalDate });
  expect(run).toMatchObject({ runId: 'manual__2026-02-10T12:00:00+00:00', runType: 'manual', logicalDate });
  expect(await scheduler.waitForRun(run)).toMatchObject({
    state: 'success',
    dataIntervalStart: new Date('2026-02-09T00:00:00Z'),
    dataIntervalEnd: new Date('2026-02-10T00:00:00Z'),
  });
  await expect(scheduler.triggerDag('daily', { logicalDate, runId: 'other' })).rejects.toMatchObject({
    code: 'DAG_RUN_EXISTS',
    message: expect.stringContaining('2026-02-10T12:00:00.000Z: manual__2026-02-10') as string,
  });
});

const hourly = (dagId: string, catchup: boolean): string =>
  `{ dagId: '${dagId}', description: '', schedule: cron('0 * * * *', 'UTC'), owner: 'x', tags: [],
    startDate: '2026-03-02T10:30:00Z', catchup: ${catchup}, maxActiveRuns: 1,
    tasks: (t) => { t.task('a', note('a')); } }`;

test('a run by hand for a tick to come takes its place: one run for that date, and the ticks after it go on', async () => {
  await using h = await createHarness({ latest: hourly('latest', false), all: hourly('all', true) });
  const first = await h.scheduler();
  const second = await h.scheduler();
  for (const dagId of ['latest', 'all']) {
    const run = await first.triggerDag(dagId, { logicalDate: new Date('2026-03-02T11:00:00Z') });
    expect(await first.waitForRun(run)).toMatchObject({ state: 'success' });
    // The id of a scheduled run to come may be taken, too, by one without a date.
    const named = await first.triggerDag(dagId, { runId: 'scheduled__2026-03-02T12:00:00+00:00' });
    expect(await first.waitForRun(named)).toMatchObject({ state: 'success', logicalDate: null });
  }
  for (let hour = 11; hour <= 13; hour += 1) {
    h.clock.set(`2026-03-02T${hour}:00:00Z`);
    await Promise.all([first.runUntilIdle(), second.runUntilIdle()]);
  }
  for (const dagId of ['latest', 'all']) {
    const runs = await first.listRuns({ dagId });
    expect(runs.map((run) => `${run.runId} ${run.state}`).toSorted()).toEqual([
      'manual__2026-03-02T11:00:00+00:00 success',
      'scheduled__2026-03-02T12:00:00+00:00 success',
      'scheduled__2026-03-02T13:00:00+00:00 success',
    ]);
    const [next] = await first.nextRuns(dagId, 1);
    expect(next?.logicalDate).toEqual(new Date('2026-03-02T14:00:00Z'));
    await expect(
      first.triggerDag(dagId, { logicalDate: new Date('2026-03-02T13:00:00Z') }),
    ).rejects.toMatchObject({ code: 'DAG_RUN_EXISTS' });
  }
});
