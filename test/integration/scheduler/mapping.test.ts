import { expect, test } from 'vitest';
import type { TaskInstance } from '../../../scheduler/store/rows.ts';
import { createHarness } from './harness.ts';

const head = (dagId: string): string =>
  `dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: []`;

/** A list, a task for each of its values, one for each of theirs, and one that adds them up. */
const doubled = `{ ${head('doubled')}, tasks: (t) => {
  const list = t.task('list', note('list'));
  const double = t.partial('double', { run: async (c, { n }) => {
    c.services.ran.push('double[' + c.mapIndex + ']');
    c.logger.info('n is ' + n);
    if (c.services.on['double']) await c.services.on['double']({ n });
    return n * 2;
  } }).expand({ n: list });
  const label = t.partial('label', { run: (c, { n, unit }) => n + unit }).expand({ n: double, unit: ['g', 'kg'] });
  t.task('sum', { triggerRule: 'none_failed', run: async (c) => [await c.xcomPull(double), await c.xcomPull(label)] })
    .after(double, label);
} }`;

const refused = `{ ${head('refused')}, tasks: (t) => {
  const list = t.task('list', note('refused', { retries: 3 }));
  t.partial('each', { run: () => 1 }).expand({ n: list });
} }`;

test('a task is mapped over what others return: expanded, read in order, skipped when empty, resized by a rerun', async () => {
  await using h = await createHarness({ doubled, refused });
  const scheduler = await h.scheduler();
  const run = async (dagId: string, runId: string): Promise<readonly string[]> => {
    await scheduler.triggerDag(dagId, { runId });
    await scheduler.runUntilIdle();
    return await states(dagId, runId);
  };
  const show = ({ taskId, mapIndex, state }: TaskInstance): string =>
    `${taskId}${mapIndex < 0 ? '' : `[${mapIndex}]`} ${state ?? 'none'}`;
  const states = async (dagId: string, runId: string): Promise<readonly string[]> =>
    (await scheduler.listTaskInstances({ dagId, runId })).map(show);
  const sumOf = (runId: string): unknown => {
    const isSum = (e: (typeof h.events.all)[number]): boolean =>
      e.type === 'task_instance' && e.runId === runId && e.taskId === 'sum' && e.state === 'success';
    const event = h.events.all.findLast(isSum);
    return event?.type === 'task_instance' ? event.result : undefined;
  };

  h.services.on['list'] = () => [1, 2];
  expect(await run('doubled', 'two')).toEqual([
    'list success',
    'double[0] success',
    'double[1] success',
    'label[0] success',
    'label[1] success',
    'label[2] success',
    'label[3] success',
    'sum success',
  ]);
  expect(sumOf('two')).toEqual([
    [2, 4],
    ['2g', '2kg', '4g', '4kg'],
  ]);
  const key = { dagId: 'doubled', runId: 'two', taskId: 'double', mapIndex: 1 };
  expect((await scheduler.taskLog(key)).map((line) => line.message)).toEqual(['n is 2', 'success']);
  expect(await scheduler.explainTask(key)).toBe('It is success.');

  // Two empty maps in a row are skipped, and what tolerates skips reads empty lists.
  h.services.on['list'] = () => [];
  expect(await run('doubled', 'none')).toEqual([
    'list success',
    'double skipped',
    'label skipped',
    'sum success',
  ]);
  expect(sumOf('none')).toEqual([[], []]);

  // One instance fails: those that need all of them do not run.
  h.services.on['list'] = () => [5, 6];
  h.services.on['double'] = (context) => {
    if ('n' in context && context.n === 6) throw new Error('six');
  };
  expect(await run('doubled', 'half')).toEqual([
    'list success',
    'double[0] success',
    'double[1] failed',
    'label upstream_failed',
    'sum upstream_failed',
  ]);

  // The failed instance alone is run again, and the rest catches up.
  h.services.on['double'] = () => undefined;
  h.services.ran.length = 0;
  await scheduler.clearTasks({ dagId: 'doubled', runId: 'half', onlyFailed: true });
  await scheduler.runUntilIdle();
  expect(h.services.ran).toEqual(['double[1]']);
  expect(sumOf('half')).toEqual([
    [10, 12],
    ['10g', '10kg', '12g', '12kg'],
  ]);

  // A rerun of the list: shorter, empty, and longer than ever.
  for (const [list, indexes, removed] of [
    [[7], [0], [1]],
    [[], [], [0, 1]],
    [[7, 8, 9], [0, 1, 2], []],
  ] as const) {
    h.services.on['list'] = () => list;
    await scheduler.clearTasks({ dagId: 'doubled', runId: 'half' });
    await scheduler.runUntilIdle();
    const all = (await states('doubled', 'half')).filter((each) => each.startsWith('double'));
    const expected = [
      ...(list.length === 0 ? ['double skipped'] : []),
      ...indexes.map((index) => `double[${index}] success`),
      ...removed.map((index) => `double[${index}] removed`),
    ];
    expect(all.filter((each) => each !== 'double skipped' || list.length === 0).toSorted()).toEqual(
      expected.toSorted(),
    );
    expect(sumOf('half')).toEqual([
      list.map((n) => n * 2),
      list.flatMap((n) => ['g', 'kg'].map((unit) => `${n * 2}${unit}`)),
    ]);
  }

  // What cannot be mapped over fails the task that returned it, for good.
  for (const [runId, value, code] of [
    ['text', 'abc', 'XCOM_NOT_A_LIST'],
    ['nothing', undefined, 'XCOM_NOT_A_LIST'],
    ['long', Array.from({ length: 1025 }, () => 1), 'XCOM_LIST_TOO_LONG'],
    ['large', ['x'.repeat(50_000)], 'XCOM_TOO_LARGE'],
  ] as const) {
    h.services.on['refused'] = () => value;
    expect(await run('refused', runId)).toEqual(['list failed', 'each upstream_failed']);
    const [list] = await scheduler.listTaskInstances({ dagId: 'refused', runId });
    expect(list?.error?.code).toBe(code);
  }

  const tested = await scheduler.testDag('doubled');
  expect(tested.tasks.map(({ taskId, mapIndex, state }) => `${taskId}[${mapIndex}] ${state}`)).toContain(
    'label[5] success',
  );
  expect(tested.tasks.at(-1)?.result).toMatchObject([[14, 16, 18], expect.arrayContaining(['18kg'])]);
});

test('a task is mapped over objects of arguments; what is no object fails its instance alone, without retries', async () => {
  const kwargs = `{ ${head('kwargs')}, tasks: (t) => {
    const list = t.task('list', { run: () => [{ a: 1, b: 2 }, 'no', { a: 3, b: 4 }] });
    const sum = t.partial('sum', { retries: 3, run: (c, { a, b }) => c.services.ran.push(c.mapIndex + ' ' + (a + b)) });
    sum.expandKwargs(list);
  } }`;
  const wrong = (given: string): string =>
    `{ ${head('wrong')}, tasks: (t) => { t.partial('sum', { run: () => 1 }).expandKwargs(${given}); } }`;
  await using h = await createHarness({
    kwargs,
    wrong: wrong('[{ a: 1 }, [2]]'),
    nothing: wrong('undefined'),
  });
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('kwargs', { runId: 'r' });
  await scheduler.runUntilIdle();
  expect(h.services.ran.toSorted()).toEqual(['0 3', '2 7']);
  const instances = await scheduler.listTaskInstances({ dagId: 'kwargs', runId: 'r' });
  expect(instances.map(({ mapIndex, state, tryNumber }) => [mapIndex, state, tryNumber])).toEqual([
    [-1, 'success', 1],
    [0, 'success', 1],
    [1, 'failed', 1],
    [2, 'success', 1],
  ]);
  expect(instances[2]?.error).toMatchObject({ code: 'MAPPED_VALUE_INVALID' });
  const errors = scheduler.listImportErrors().map(({ message }) => message);
  expect(errors.toSorted()).toEqual([
    expect.stringContaining('expandKwargs, which is neither a list nor a task'),
    expect.stringContaining('a list of other things than objects of arguments'),
  ]);
});
