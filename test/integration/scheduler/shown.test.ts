import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { assetsList } from '../../../cli/operations/assets.ts';
import { dagsDetails } from '../../../cli/operations/dag-facts.ts';
import { dagsList, runsList } from '../../../cli/operations/scheduling.ts';
import {
  tasksFailedDeps,
  tasksList,
  tasksRender,
  tasksState,
  tasksStatesForDagRun,
  tasksWhy,
} from '../../../cli/operations/tasks.ts';
import { tasksClear, tasksMark } from '../../../cli/operations/task-alterations.ts';
import { tasksLogs } from '../../../cli/operations/task-logs.ts';
import type { Operation } from '../../../cli/operations/operation.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const dags = {
  shown: `{ dagId: 'shown', description: '', schedule: null, owner: 'x', tags: [],
    onFailure: [function page() {}, (() => () => {})()],
    deadline: { reference: 'queued_at', interval: '10m', callback: () => {} },
    params: z.object({ folder: z.string().default('/drop'), days: z.int().min(1).default(1) }),
    tasks: (t) => {
      const load = t.task('load', { inlets: [asset('shop'), asset('stripe')], outlets: [asset('raw')], run: () => 1 });
      t.task('tell', { run: () => 1 }).after(load);
    } }`,
};

const rowsOf = async (
  scheduler: Awaited<ReturnType<Harness['scheduler']>>,
  operation: Operation,
  input: unknown,
): Promise<readonly unknown[]> => {
  const platform = { scheduler: () => Promise.resolve(scheduler) };
  const result = await operation.invoke(input, { platform } as never);
  return result.kind === 'rows' ? result.rows : [];
};

const mapped = `{ dagId: 'mapped', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
  t.partial('each', { run: (c, { n }) => {
    c.logger.info('n is ' + n);
    if (n === 'b') throw new Error('not b');
  } }).expand({ n: ['a', 'b'] });
} }`;

test('of a mapped task each instance is shown by its index, and can be asked about', async () => {
  await using h = await createHarness({ mapped });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('mapped', { runId: 'r' });
  await scheduler.runUntilIdle();
  const asked = { dag: 'mapped', task: 'each' };
  expect(await rowsOf(scheduler, tasksStatesForDagRun, { dag: 'mapped' })).toMatchObject([
    { task: 'each[0]', state: 'success' },
    { task: 'each[1]', state: 'failed' },
  ]);
  expect(await rowsOf(scheduler, tasksState, { ...asked, mapIndex: 1 })).toMatchObject([{ task: 'each[1]' }]);
  expect(await rowsOf(scheduler, tasksWhy, { ...asked, mapIndex: 1 })).toMatchObject([
    { task: 'each[1]', why: 'It is failed: not b.' },
  ]);
  expect(await rowsOf(scheduler, tasksFailedDeps, { ...asked, mapIndex: 1 })).toContainEqual({
    dependency: 'Task Instance State',
    reason: 'it is failed',
  });
  expect(await rowsOf(scheduler, tasksLogs, { ...asked, mapIndex: 0 })).toMatchObject([
    { message: 'n is a' },
    { message: 'success' },
  ]);
  await expect(rowsOf(scheduler, tasksLogs, asked)).rejects.toMatchObject({
    code: 'CLI_NOT_FOUND',
    remedy: 'Say which one with `--map-index`, from 0 to 1.',
  });
});

test('what the templates of a mapped task came to is shown by index, and asked for without one it is refused', async () => {
  const templated = `{ dagId: 'mapped', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
    t.partial('each', { templates: { at: '{{ ti.map_index }}' }, run: () => 1 }).expand({ n: ['a', 'b'] });
    t.task('one', { templates: { at: '{{ run_id }}' }, run: () => 1 });
  } }`;
  await using h = await createHarness({ templated });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('mapped', { runId: 'r' });
  await scheduler.runUntilIdle();
  for (const run of ['r', '2026-04-01']) {
    const asked = { dag: 'mapped', run };
    expect(await rowsOf(scheduler, tasksRender, { ...asked, task: 'each', mapIndex: 1 })).toEqual([
      { field: 'at', value: '1' },
    ]);
    await expect(rowsOf(scheduler, tasksRender, { ...asked, task: 'each' })).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
      message: 'mapped.each is mapped: it runs once for each value',
      remedy: 'Say which instance with `--map-index`, from 0 on.',
    });
    await expect(
      rowsOf(scheduler, tasksRender, { ...asked, task: 'one', mapIndex: 1 }),
    ).rejects.toMatchObject({
      message: 'mapped.one is not mapped: it has no instance 1',
    });
  }
});

test('one instance of a mapped task is cleared or marked by its index, shown before, and the others stay', async () => {
  await using h = await createHarness({ mapped, ...dags });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('mapped', { runId: 'r' });
  await scheduler.triggerDag('shown', { runId: 's' });
  await scheduler.runUntilIdle();
  const asked = { dag: 'mapped', tasks: ['each'] };
  const tries = async (): Promise<unknown> =>
    (await scheduler.listTaskInstances({ dagId: 'mapped', runId: 'r' })).map((each) => [
      each.state,
      each.tryNumber,
    ]);
  const shown = await rowsOf(scheduler, tasksClear, { ...asked, mapIndex: 0, dryRun: true });
  expect(shown).toMatchObject([
    { run: 'r', task: 'each[0]', was: 'success', becomes: 'none', why: 'it was named' },
    { run: 'r', task: null, was: 'failed', becomes: 'queued' },
  ]);
  expect(await tries()).toEqual([
    ['success', 1],
    ['failed', 1],
  ]);
  expect(await rowsOf(scheduler, tasksClear, { ...asked, mapIndex: 0 })).toEqual(shown);
  await scheduler.runUntilIdle();
  expect(await tries()).toEqual([
    ['success', 2],
    ['failed', 1],
  ]);
  await rowsOf(scheduler, tasksMark, { ...asked, mapIndex: 1, state: 'success' });
  await scheduler.runUntilIdle();
  expect(await scheduler.showRun({ dagId: 'mapped', runId: 'r' })).toMatchObject({ state: 'success' });
  for (const [input, message, remedy] of [
    [{ ...asked, mapIndex: 2 }, 'no run that is meant has each[2]', 'states-for-dag-run'],
    [{ dag: 'mapped', mapIndex: 1 }, 'an index without a task', '--task'],
    [{ dag: 'shown', tasks: ['load'], mapIndex: 1 }, 'shown.load is not mapped', 'Leave `--map-index` out'],
  ] as const) {
    for (const operation of [tasksClear, tasksMark]) {
      await expect(rowsOf(scheduler, operation, { ...input, state: 'failed' })).rejects.toMatchObject({
        code: 'TASK_NOT_FOUND',
        message: expect.stringContaining(message) as string,
        remedy: expect.stringContaining(remedy) as string,
      });
    }
  }
});

test('a try that starts over began when it did, and not when the first one of all did', async () => {
  const again = `{ dagId: 'again', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
    t.task('load', { retries: 1, retryDelay: '60s', ...note('load') });
  } }`;
  await using h = await createHarness({ again });
  const scheduler = await h.scheduler();
  const run = await scheduler.triggerDag('again', { runId: 'r' });
  const started = async (): Promise<string | undefined> =>
    (await scheduler.listTaskInstances(run))[0]?.startDate?.toISOString();
  h.services.on['load'] = ({ tryNumber }) => {
    if (tryNumber === 1) throw new Error('once');
  };
  const idle = scheduler.runUntilIdle();
  await h.events.until((e) => e.type === 'task_instance' && e.state === 'up_for_retry');
  expect(await started()).toBe('2026-03-02T10:02:00.000Z');
  await h.clock.advanceAsleep(60_000);
  await idle;
  expect(await started()).toBe('2026-03-02T10:03:00.000Z');
  h.clock.advance(86_400_000);
  await scheduler.clearTasks({ ...run });
  expect(await started()).toBeUndefined();
  await scheduler.runUntilIdle();
  expect(await started()).toBe('2026-03-03T10:03:00.000Z');
});

test('callbacks, deadlines, inlets and outlets stand where people look for them', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('shown', { runId: 'late' });
  expect(await rowsOf(scheduler, runsList, { limit: 5 })).toMatchObject([
    { run: 'late', deadline: '2026-03-02T10:12:00.000Z' },
  ]);
  h.clock.set('2026-03-02T10:13:00Z');
  await scheduler.runUntilIdle();
  await scheduler.triggerDag('shown', { runId: 'in-time' });
  await scheduler.runUntilIdle();
  expect(await rowsOf(scheduler, runsList, { limit: 5 })).toMatchObject([
    { run: 'in-time', state: 'success', deadline: '2026-03-02T10:23:00.000Z met' },
    { run: 'late', state: 'success', deadline: '2026-03-02T10:12:00.000Z missed' },
  ]);

  expect(await rowsOf(scheduler, dagsDetails, { dag: 'shown' })).toEqual(
    expect.arrayContaining([
      { name: 'onFailure', value: 'page, (function)' },
      { name: 'deadline', value: '10m 0s after queued_at' },
    ]),
  );
  const details = await rowsOf(scheduler, dagsDetails, { dag: 'shown' });
  const params = details.find((row) => (row as { name: string }).name === 'params');
  const told = JSON.parse((params as { value: string }).value) as unknown;
  expect(told).toMatchObject({
    properties: { folder: { type: 'string', default: '/drop' }, days: { type: 'integer', minimum: 1 } },
    required: [],
  });
  expect(await rowsOf(scheduler, tasksList, { dag: 'shown' })).toMatchObject([
    { task: 'load', inlets: 'shop, stripe', outlets: 'raw' },
    { task: 'tell', inlets: '', outlets: '' },
  ]);
  expect(await rowsOf(scheduler, assetsList, {})).toMatchObject([
    { asset: 'raw', 'produced by': 'shown.load', 'read by': '' },
    { asset: 'shop', 'produced by': '', 'read by': 'shown.load', 'produced last': null },
    { asset: 'stripe', 'read by': 'shown.load' },
  ]);
});

test('of a DAG the table says how many tasks it has, and programs read which', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  const platform = { scheduler: () => Promise.resolve(scheduler) };
  const listed = await dagsList.invoke({}, { platform } as never);
  expect(listed).toMatchObject({
    rows: [{ dag: 'shown', tasks: 2 }],
    json: [{ dag: 'shown', tasks: ['load', 'tell'] }],
  });
});

test('of a task that has not run, its log says so, and its state is there before its run has begun', async () => {
  const half = `{ dagId: 'half', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
    const first = t.task('first', note('first'));
    t.task('after', { run: () => 1 }).after(first);
    t.task('alone', { run: () => { throw new TaskSkip('no need'); } });
  } }`;
  await using h = await createHarness({ half });
  const scheduler = await h.scheduler();
  h.services.on['first'] = () => {
    throw new Error('no shop');
  };
  const logsOf = async (task: string): Promise<readonly unknown[]> =>
    await rowsOf(scheduler, tasksLogs, { dag: 'half', task });
  const run = await scheduler.triggerDag('half', { runId: 'r' });
  const asked = { dag: 'half', task: 'after' };
  expect(await rowsOf(scheduler, tasksState, asked)).toMatchObject([
    { run: 'r', task: 'after', state: null },
  ]);
  await expect(rowsOf(scheduler, tasksState, { dag: 'half', task: 'afer' })).rejects.toMatchObject({
    code: 'CLI_NOT_FOUND',
  });
  await scheduler.runUntilIdle();
  await expect(logsOf('after')).rejects.toMatchObject({
    code: 'TASK_LOG_NOT_FOUND',
    message: 'it has not run: upstream_failed (trigger rule all_success)',
  });
  expect(await logsOf('alone')).toMatchObject([{ message: 'skipped: no need' }]);
  await rm(h.logDir, { recursive: true });
  await expect(logsOf('alone')).rejects.toMatchObject({ message: 'no log of this attempt' });
  await scheduler.clearTasks({ ...run, taskIds: ['after'] });
  await expect(logsOf('after')).rejects.toMatchObject({
    message: 'it has not run: not looked at yet (cleared)',
  });
});
