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
