import { expect, test } from 'vitest';
import type { Scheduler } from '../../../scheduler/scheduler.ts';
import { createHarness } from './harness.ts';

const dags = {
  chain: `{ dagId: 'chain', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
    const a = t.task('a', note('a'));
    const b = t.task('b', note('b')).after(a);
    t.task('c', note('c')).after(b);
  } }`,
  daily: `{ dagId: 'daily', description: '', schedule: cronInterval('@daily'), owner: 'x', tags: [],
    startDate: new Date('2026-03-01T00:00:00Z'), catchup: false, maxActiveRuns: 1,
    tasks: (t) => { t.task('load', note('load')); } }`,
  ordered: `{ dagId: 'ordered', description: '', schedule: cronInterval('@daily'), owner: 'x', tags: [],
    startDate: new Date('2026-03-01T00:00:00Z'),
    tasks: (t) => { t.task('load', note('load', { dependsOnPast: true })); } }`,
};

const statesOf = async (
  scheduler: Scheduler,
  dagId: string,
  runId: string,
): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await scheduler.listTaskInstances({ dagId, runId })).map((each) => [each.taskId, each.state]),
  );

/** One database for all of it: each part goes on where the one before stopped. */
test('clear, mark and backfill, each shown before it is done', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  for (const dagId of ['daily', 'ordered']) await scheduler.pauseDag(dagId);

  // A run whose middle task fails; marked success, it lets the rest go on and ends green.
  h.services.on['b'] = () => {
    throw new Error('no connection');
  };
  const r1 = { dagId: 'chain', runId: 'r1' };
  await scheduler.triggerDag('chain', { runId: 'r1' });
  expect(await scheduler.waitForRun(r1)).toMatchObject({ state: 'failed' });
  const mark = { ...r1, taskIds: ['b'], state: 'success' as const };
  const shown = await scheduler.markTasks({ ...mark, dryRun: true });
  expect(shown.tasks.map(({ taskId, from, to }) => [taskId, from, to])).toEqual([
    ['b', 'failed', 'success'],
    ['c', 'upstream_failed', null],
  ]);
  expect(await statesOf(scheduler, 'chain', 'r1')).toEqual({
    a: 'success',
    b: 'failed',
    c: 'upstream_failed',
  });
  expect(await scheduler.markTasks(mark)).toEqual(shown);
  expect(await scheduler.waitForRun(r1)).toMatchObject({ state: 'success', clearNumber: 1 });
  expect(h.services.ran).toEqual(['chain.a#1', 'chain.b#1', 'chain.c#1']);

  // Marked failed and cleared over several runs.
  h.clock.advance(1000);
  await scheduler.triggerDag('chain', { runId: 'r2' });
  expect(await scheduler.waitForRun({ dagId: 'chain', runId: 'r2' })).toMatchObject({ state: 'failed' });
  await scheduler.markTasks({ ...r1, taskIds: ['c'], state: 'failed' });
  expect(await scheduler.waitForRun(r1)).toMatchObject({ state: 'failed', reason: 'failed: c' });
  delete h.services.on['b'];
  const cleared = await scheduler.clearTasks({ ...r1, future: true, onlyFailed: true });
  expect(cleared.tasks.map(({ runId, taskId }) => `${runId}.${taskId}`)).toEqual(['r1.c', 'r2.b', 'r2.c']);
  expect(cleared.runs.map((run) => run.runId)).toEqual(['r1', 'r2']);
  await scheduler.runUntilIdle();
  expect((await scheduler.listRuns({ dagId: 'chain' })).map((run) => run.state)).toEqual([
    'success',
    'success',
  ]);
  await expect(scheduler.clearTasks({ ...r1, runId: 'r9' })).rejects.toMatchObject({
    code: 'DAG_RUN_NOT_FOUND',
  });
  await expect(scheduler.clearTasks({ ...r1, taskIds: ['z'] })).rejects.toMatchObject({
    code: 'TASK_NOT_FOUND',
  });

  await marksRunning(h, scheduler);
  await backfills(h, scheduler);
});

type Harness = Awaited<ReturnType<typeof createHarness>>;

/** A task that runs is stopped by being marked, and what it reports is void. */
async function marksRunning(h: Harness, scheduler: Scheduler): Promise<void> {
  let stopped: unknown;
  h.services.on['a'] = ({ signal }) =>
    new Promise((resolve) => {
      const stop = (): void => {
        stopped = signal.reason;
        resolve('late');
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
  h.clock.advance(1000);
  await scheduler.triggerDag('chain', { runId: 'r3' });
  const done = scheduler.waitForRun({ dagId: 'chain', runId: 'r3' });
  await h.events.until((e) => e.type === 'task_instance' && e.runId === 'r3' && e.state === 'running');
  await scheduler.markTasks({ dagId: 'chain', runId: 'r3', taskIds: ['a'], state: 'success' });
  expect(await done).toMatchObject({ state: 'success' });
  expect(stopped).toBe('marked');
  const xcoms = await h.control.withSchema('scheduler').from('xcom').where('run_id', 'r3').select('value');
  expect(xcoms).toEqual([]);
  delete h.services.on['a'];
}

async function backfills(h: Harness, scheduler: Scheduler): Promise<void> {
  const range = { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-02-05T00:00:00Z') };
  const asked = {
    ...range,
    runBackwards: true,
    reprocess: 'none' as const,
    maxActiveRuns: 2,
    conf: { k: 1 },
  };
  const preview = await scheduler.createBackfill('daily', { ...asked, dryRun: true });
  expect(preview.steps.map(({ action, info }) => `${action} ${info.logicalDate.toISOString()}`)).toEqual(
    [5, 4, 3, 2, 1].map((day) => `create 2026-02-0${day}T00:00:00.000Z`),
  );
  expect(await scheduler.listRuns({ dagId: 'daily' })).toEqual([]);

  // Two at a time although the DAG itself may have one; paused, it begins no more.
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  h.services.on['load'] = () => gate;
  await scheduler.unpauseDag('daily');
  const { id = 0 } = await scheduler.createBackfill('daily', asked);
  await expect(scheduler.createBackfill('daily', asked)).rejects.toMatchObject({ code: 'BACKFILL_ACTIVE' });
  const idle = scheduler.runUntilIdle();
  const running = (runId: string): Promise<unknown> =>
    h.events.until((e) => e.type === 'task_instance' && e.runId === runId && e.state === 'running');
  await Promise.all([
    running('backfill__2026-02-06T00:00:00+00:00'),
    running('backfill__2026-02-05T00:00:00+00:00'),
  ]);
  const scheduled = (await scheduler.listRuns({ dagId: 'daily', backfill: false })).map((run) => run.runId);
  expect(scheduled).toEqual(['scheduled__2026-03-02T00:00:00+00:00']);
  expect(await scheduler.listBackfills('daily')).toMatchObject([
    { id, state: 'running', queued: 3, running: 2 },
  ]);
  const oldest = { dagId: 'daily', runId: 'backfill__2026-02-02T00:00:00+00:00', taskId: 'load' };
  const why = async (): Promise<string> => await scheduler.explainTask(oldest);
  expect(await why()).toContain(`fewer than 2 runs of backfill ${id} are active`);
  await scheduler.pauseBackfill(id);
  expect(await why()).toContain(`shopwave backfill unpause ${id}`);
  await running(scheduled[0] ?? '');
  open();
  await idle;
  expect(await scheduler.listBackfills()).toMatchObject([
    { state: 'paused', queued: 3, running: 0, success: 2 },
  ]);

  // Another scheduler goes on with it; cancelled, what has not begun fails.
  h.services.on['load'] = () => {
    throw new Error('no');
  };
  await scheduler.stop();
  const second = await h.scheduler();
  await second.cancelBackfill(id);
  await expect(second.unpauseBackfill(id)).rejects.toMatchObject({ code: 'BACKFILL_NOT_FOUND' });
  expect(await second.listBackfills()).toMatchObject([{ state: 'cancelled', failed: 3, success: 2 }]);

  // What failed runs again, the rest is left; nothing is left open at the end.
  delete h.services.on['load'];
  const again = await second.createBackfill('daily', { ...asked, runBackwards: false, reprocess: 'failed' });
  expect(again.steps.map(({ action }) => action)).toEqual(['rerun', 'rerun', 'rerun', 'leave', 'leave']);
  await second.runUntilIdle();
  expect((await second.listBackfills())[0]).toMatchObject({ state: 'completed', success: 3, left: 2 });
  const runs = await second.listRuns({ dagId: 'daily' });
  expect(runs.map((run) => [run.state, run.backfillId])).toEqual(
    Array.from({ length: 6 }, () => ['success', null]),
  );

  const past = { ...asked, runBackwards: false, reprocess: 'none' as const };
  await expect(second.createBackfill('ordered', past)).rejects.toMatchObject({
    code: 'BACKFILL_INVALID',
    message: expect.stringContaining('task load depends on its past'),
  });
  await expect(second.createBackfill('chain', past)).rejects.toMatchObject({ code: 'BACKFILL_INVALID' });
}
