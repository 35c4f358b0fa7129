import { expect, test } from 'vitest';
import { dagsTest, tasksTest } from '../../../cli/operations/tests.ts';
import type { OperationResult } from '../../../cli/operations/operation.ts';
import { createHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const chain = `{ dagId: 'chain', description: '', schedule: cronInterval('0 0 * * *', 'UTC'), owner: 'x', tags: [],
  startDate: '2026-03-01T00:00:00Z', tasks: (t) => {
    const first = t.task('first', note('first'));
    const second = t.task('second', { templates: { day: '{{ ds }}' }, run: async (c, { day }) => {
      c.logger.info('works', { day });
      await c.services.on.second?.(c);
      return [day, await c.xcomPull(first)];
    } }).after(first);
    t.partial('each', { run: (c, { n }) => n * 2 }).expand({ n: [1, 2] }).after(second);
    t.partial('from', { run: (c, { n }) => n }).expand({ n: first });
  } }`;

type Scheduler = Awaited<ReturnType<Harness['scheduler']>>;

const tested = async (
  scheduler: Scheduler,
  input: object,
  operation = tasksTest,
): Promise<{ readonly said: readonly string[]; readonly result: OperationResult }> => {
  const said: string[] = [];
  const result = await operation.invoke({ dag: 'chain', ...input }, {
    platform: { scheduler: () => Promise.resolve(scheduler) },
    signal: new AbortController().signal,
    onProgress: ({ step, state }: { step: string; state: string }) => void said.push(`${state} ${step}`),
  } as never);
  return { said, result };
};

test('a task is tested alone: nothing before it runs, its log is shown, nothing is recorded', async () => {
  await using h = await createHarness({ chain });
  const scheduler = await h.scheduler();
  const second = { task: 'second', logicalDate: '2026-02-10' };
  const { said, result } = await tested(scheduler, second);
  expect(result).toMatchObject({
    rows: [{ task: 'second', state: 'success', result: '["2026-02-10",null]' }],
  });
  expect(said).toEqual([
    'said 2026-03-02T10:02:00.000Z info  works {"day":"2026-02-10"}',
    'said 2026-03-02T10:02:00.000Z info  success',
  ]);
  expect(h.services.ran).toEqual([]);
  expect(await scheduler.listRuns()).toEqual([]);

  h.services.on['second'] = () => {
    throw new Error('no shop');
  };
  const failed = await tested(scheduler, second);
  expect(failed.result).toMatchObject({
    rows: [{ state: 'failed', result: 'no shop' }],
    failure: { message: 'no shop', where: 'chain.second' },
  });
  expect(failed.said.at(-1)).toContain('error failed: no shop');
});

test('of a date that has a run, a tested task sees what the tasks before it returned there', async () => {
  await using h = await createHarness({ chain });
  const scheduler = await h.scheduler();
  h.services.on['first'] = () => [7];
  await scheduler.triggerDag('chain', { logicalDate: new Date('2026-02-10T00:00:00Z'), runId: 'r' });
  await scheduler.runUntilIdle();
  const at = { logicalDate: '2026-02-10' };
  expect((await tested(scheduler, { task: 'second', ...at })).result).toMatchObject({
    rows: [{ result: '["2026-02-10",[7]]' }],
  });
  expect((await tested(scheduler, { task: 'from', mapIndex: 0, ...at })).result).toMatchObject({
    rows: [{ task: 'from[0]', result: 7 }],
  });
  const tries = (await scheduler.listTaskInstances({ dagId: 'chain', runId: 'r' })).map((e) => e.tryNumber);
  expect(new Set(tries)).toEqual(new Set([1]));
});

test.each([
  [{ task: 'each' }, 'is mapped', '--map-index'],
  [{ task: 'first', mapIndex: 1 }, 'is not mapped', 'out'],
  [{ task: 'firs' }, 'has no task firs', 'first, '],
])('what cannot be tested is refused: %j', async (input, message, remedy) => {
  await using h = await createHarness({ chain });
  await expect(tested(await h.scheduler(), input)).rejects.toMatchObject({
    code: 'TASK_NOT_FOUND',
    message: expect.stringContaining(message) as string,
    remedy: expect.stringContaining(remedy) as string,
  });
});

test('an instance of a mapped task is tested by its index', async () => {
  await using h = await createHarness({ chain });
  const { result } = await tested(await h.scheduler(), { task: 'each', mapIndex: 1 });
  expect(result).toMatchObject({ rows: [{ task: 'each[1]', state: 'success', result: 4 }] });
});

test('of a tested DAG the tasks that failed are told apart, and it fails for whoever called it', async () => {
  await using h = await createHarness({ chain });
  h.services.on['first'] = () => {
    throw new Error('no shop');
  };
  const { said, result } = await tested(await h.scheduler(), { logicalDate: '2026-02-10' }, dagsTest);
  expect(said).toEqual(
    expect.arrayContaining([
      'failed task first',
      'failed task second',
      'failed task each',
      'failed task from',
    ]),
  );
  expect(result).toMatchObject({
    failure: { message: 'no shop', where: 'chain.first' },
    notes: [expect.stringMatching(/^the run is failed: /)],
  });
});

test('a tested DAG with failFast stops at its first failure, but for its teardowns; every task is tried once', async () => {
  const fast = `{ dagId: 'chain', description: '', schedule: null, owner: 'x', tags: [], failFast: true, tasks: (t) => {
    const up = t.task('up', { isSetup: true, run: () => 1 });
    const each = t.partial('each', { retries: 3, run: (c, { n }) => {
      if (n === 2) throw new Error('two');
    } }).expand({ n: [1, 2, 3] }).after(up);
    const beside = t.task('beside', { run: () => 1 }).after(up);
    t.task('down', { isTeardown: true, run: () => 1 }).after(each, beside, up);
  } }`;
  await using h = await createHarness({ fast });
  const { said, result } = await tested(await h.scheduler(), {}, dagsTest);
  expect(result).toMatchObject({
    rows: [
      { task: 'up', state: 'success' },
      { task: 'each[0]', state: 'success' },
      { task: 'each[1]', state: 'failed' },
      { task: 'each[2]', state: 'skipped', result: 'failFast: each failed' },
      { task: 'beside', state: 'skipped' },
      { task: 'down', state: 'success' },
    ],
    failure: { message: 'two' },
  });
  expect(said.filter((each) => each.includes('each[1]'))).toHaveLength(1);
});

test('what a tested task logs, and what it fails with, shows no secret', async () => {
  const secret = `{ dagId: 'chain', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => {
    t.task('leak', { run: async (c) => {
      const { password } = await c.getConnection('db');
      c.logger.info('got ' + password, { password });
      throw new Error('refused for ' + password);
    } });
  } }`;
  await using h = await createHarness({ secret });
  const env = { SHOPWAVE_CONN_DB: 'postgres://me:hunter22@db.example:5432/shop' };
  const shown = await tested(await h.scheduler({ env }), { task: 'leak' });
  expect(JSON.stringify(shown)).toContain('refused for ***');
  expect(JSON.stringify(shown)).not.toContain('hunter22');
});
