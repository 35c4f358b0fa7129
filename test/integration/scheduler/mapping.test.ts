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

/** Of each file its words, counted; a group for every file. */
const grouped = `{ ${head('grouped')}, defaultArgs: { retries: 0 }, tasks: (t) => {
  const files = t.task('files', note('files'));
  const each = t.partialGroup('each', (g, { file }) => {
    const read = g.task('read', { run: async (c) => {
      const name = await c.xcomPull(file);
      c.services.ran.push('read ' + name);
      await c.services.on['read']?.({ name });
      return name + name;
    } });
    const size = g.task('size', { executor: 'process', run: async (c) =>
      (await c.xcomPull(file)) + ':' + (await c.xcomPull(read)).length }).after(read);
    return { read, size };
  }).expand({ file: files });
  t.task('all', { triggerRule: 'none_failed', run: (c) => c.xcomPull(each.tasks.size) }).after(each);
  t.task('anyway', { triggerRule: 'all_done', run: () => null }).after(each);
} }`;

test('a mapped group runs as a whole for every value: each run of it sees its own values and ends by itself', async () => {
  await using h = await createHarness({ grouped });
  const scheduler = await h.scheduler();
  const show = ({ taskId, mapIndex, state }: TaskInstance): string =>
    `${taskId}${mapIndex < 0 ? '' : `[${mapIndex}]`} ${state ?? 'none'}`;
  const states = async (runId: string): Promise<readonly string[]> =>
    (await scheduler.listTaskInstances({ dagId: 'grouped', runId })).map(show);
  const run = async (runId: string): Promise<readonly string[]> => {
    await scheduler.triggerDag('grouped', { runId });
    await scheduler.runUntilIdle();
    return await states(runId);
  };
  const returned = (runId: string): unknown => {
    const event = h.events.all.findLast(
      (e) => e.type === 'task_instance' && e.runId === runId && e.taskId === 'all' && e.state === 'success',
    );
    return event?.type === 'task_instance' ? event.result : undefined;
  };
  h.services.on['files'] = () => ['a', 'bb'];
  expect(await run('two')).toEqual([
    'files success',
    'each.read[0] success',
    'each.read[1] success',
    'each.size[0] success',
    'each.size[1] success',
    'all success',
    'anyway success',
  ]);
  expect(returned('two')).toEqual(['a:2', 'bb:4']);

  h.services.on['files'] = () => [];
  expect(await run('none')).toEqual([
    'files success',
    'each.read skipped',
    'each.size skipped',
    'all success',
    'anyway success',
  ]);

  // What fails ends its own run of the group, and no other.
  h.services.on['files'] = () => ['a', 'bb', 'c'];
  h.services.on['read'] = (context) => {
    if ('name' in context && context.name === 'bb') throw new Error('bb');
  };
  const failed = await run('half');
  expect(failed).toEqual([
    'files success',
    'each.read[0] success',
    'each.read[1] failed',
    'each.read[2] success',
    'each.size[0] success',
    'each.size[1] upstream_failed',
    'each.size[2] success',
    'all upstream_failed',
    'anyway success',
  ]);
  expect(
    await scheduler.explainTask({ dagId: 'grouped', runId: 'half', taskId: 'each.size', mapIndex: 1 }),
  ).toMatch(/trigger rule all_success/);

  // Cleared with a shorter list: the third run of the group is gone, in all of its tasks.
  h.services.on['files'] = () => ['x', 'bb'];
  h.services.on['read'] = () => {};
  await scheduler.clearTasks({ dagId: 'grouped', runId: 'half', taskIds: ['files'], downstream: true });
  await scheduler.runUntilIdle();
  expect(await states('half')).toEqual([
    'files success',
    'each.read[0] success',
    'each.read[1] success',
    'each.read[2] removed',
    'each.size[0] success',
    'each.size[1] success',
    'each.size[2] removed',
    'all success',
    'anyway success',
  ]);
  expect(returned('half')).toEqual(['x:2', 'bb:4']);

  // The same in a test of the DAG, where what fails fails alone, too.
  h.services.on['files'] = () => ['a', 'bb'];
  h.services.on['read'] = (context) => {
    if ('name' in context && context.name === 'a') throw new Error('a');
  };
  const tested = await scheduler.testDag('grouped', { onTask: () => {} });
  expect(tested.tasks.map(({ taskId, mapIndex, state }) => `${taskId}[${mapIndex}] ${state}`)).toEqual([
    'files[-1] success',
    'each.read[0] failed',
    'each.read[1] success',
    'each.size[0] upstream_failed',
    'each.size[1] success',
    'all[-1] upstream_failed',
    'anyway[-1] success',
  ]);
});

test('a mapped group cannot hold what is mapped itself or decides', async () => {
  const holding = (name: string, inside: string): string =>
    `{ ${head(name)}, tasks: (t) => {
      t.partialGroup('g', (g, { n }) => { ${inside} }).expand({ n: [1, 2] });
    } }`;
  await using h = await createHarness({
    mapped: holding('mapped', `g.partial('m', { run: () => 1 }).expand({ x: [1] });`),
    branch: holding('branch', `g.branch('b', { choices: {}, choose: () => null });`),
    nested: holding('nested', `g.partialGroup('h', (i) => i.empty('e')).expand({ x: [1] });`),
    empty: holding('empty', ''),
    never: `{ ${head('never')}, tasks: (t) => { t.partialGroup('g', (g) => g.empty('e')); t.empty('e'); } }`,
  });
  const scheduler = await h.scheduler();
  expect(scheduler.listImportErrors().map(({ message }) => message)).toEqual([
    'task g.b is of the kind branch; the mapped group g cannot hold it',
    'task group g has no task',
    'task g.m is mapped itself; the mapped group g cannot hold it',
    'task group h is mapped, and so is g, which holds it',
    'DAG never: g is partial and never expanded',
  ]);
});
