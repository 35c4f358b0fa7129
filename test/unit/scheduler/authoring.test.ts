import { expect, test } from 'vitest';
import { chain, crossDownstream, dag, label } from '../../../scheduler/index.ts';
import type { TaskBuilder } from '../../../scheduler/index.ts';
import { drawGraph } from '../../../scheduler/core/draw-graph.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';

const declare = (tasks: (t: TaskBuilder<unknown>) => void): ReturnType<typeof dag> =>
  dag({
    dagId: 'd',
    description: '',
    schedule: null,
    owner: 'x',
    tags: [],
    defaultArgs: { retries: 1 },
    tasks,
  });
const edgesOf = (tasks: (t: TaskBuilder<unknown>) => void): readonly string[] =>
  declare(tasks).edges.map(
    ({ from, to, label: text }) => `${from}>${to}${text === undefined ? '' : ` ${text}`}`,
  );
const messageOf = (tasks: (t: TaskBuilder<unknown>) => void): string => {
  try {
    declare(tasks);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('nothing was refused');
};

test('chain pairs lists of one length, and fans out and in beside a single task', () => {
  const edges = edgesOf((t) => {
    const [a, b, c, d, e, f] = [
      t.empty('a'),
      t.empty('b'),
      t.empty('c'),
      t.empty('d'),
      t.empty('e'),
      t.empty('f'),
    ];
    chain(a, [b, c], [d, e], f);
  });
  expect(edges).toEqual(['a>b', 'a>c', 'b>d', 'c>e', 'd>f', 'e>f']);
  const uneven = messageOf((t) => chain([t.empty('a')], [t.empty('b'), t.empty('c')]));
  expect(uneven).toBe('chain() got lists of 1 and 2 in a row; they must be of one length');
});

test('cross-downstream puts every task before every other, and a label is kept with its edge', () => {
  const edges = edgesOf((t) => {
    crossDownstream([t.empty('a'), t.empty('b')], [label('late', t.empty('c')), t.empty('d')]);
  });
  expect(edges).toEqual(['a>c late', 'a>d', 'b>c late', 'b>d']);
});

test('what comes after a group waits for the work above its teardowns, not for these', () => {
  const definition = declare((t) => {
    const group = t.taskGroup('g', (g) => {
      const make = g.task('make', { isSetup: true, run: () => undefined });
      const [work, more] = [g.empty('work').after(make), g.empty('more')];
      const checked = g.empty('checked').after(work);
      const tidy = g.task('tidy', { isTeardown: true, run: () => undefined }).after(make, checked);
      g.task('report', { isTeardown: true, run: () => undefined }).after(tidy, work, more);
    });
    t.empty('last').after(group);
  });
  const { graph } = validateDag(definition, 'd.dag.ts');
  expect(graph.upstream.get('last')).toEqual(['g.checked', 'g.more']);
});

test('a group stands for its roots and leaves, its ids begin with its own, its defaults go before those of the DAG', () => {
  const definition = declare((t) => {
    const first = t.empty('first');
    const load = t.taskGroup(
      'load',
      (g) => {
        const rows = g.task('rows', { run: () => [1, 2] });
        const each = g
          .partial('each', { run: (_, { row }: { row: number }) => row, retries: 3 })
          .expand({ row: rows });
        g.taskGroup('inner', (inner) => inner.empty('check')).after(rows);
        g.taskGroup('flat', (flat) => flat.empty('alone'), { prefixGroupId: false });
        return { each };
      },
      { defaultArgs: { retries: 2 } },
    );
    const last = t.task('last', { run: async (c) => await c.xcomPull(load.tasks.each) });
    chain(first, load, label('all', last));
  });
  const loaded = validateDag(definition, 'd.dag.ts');
  expect(definition.tasks.map(({ taskId, retryPolicy }) => `${taskId} ${retryPolicy.retries}`)).toEqual([
    'first 1',
    'load.rows 2',
    'load.each 3',
    'load.inner.check 2',
    'load.alone 2',
    'last 1',
  ]);
  expect(loaded.graph.upstream.get('last')).toEqual(['load.each', 'load.inner.check', 'load.alone']);
  expect(loaded.graph.upstream.get('load.inner.check')).toEqual(['load.rows']);
  expect(loaded.graph.downstream.get('first')).toEqual(['load.rows', 'load.alone']);
  expect(drawGraph(loaded.graph, (id) => id, definition.edges)).toContain('└─ (all) last');
});

test.each<readonly [string, (t: TaskBuilder<unknown>) => void]>([
  ['task group empty has no task', (t) => t.taskGroup('empty', () => undefined)],
  ['DAG d: a is partial and never expanded', (t) => t.partial('a', { run: () => 1 })],
  ['task a: expand() names nothing to map over', (t) => t.partial('a', { run: () => 1 }).expand({})],
  [
    'task a: it is mapped over 1600 combinations, more than 1024',
    (t) => {
      const forty = Array.from({ length: 40 }, (_, index) => index);
      t.partial('a', { run: (_, { x, y }: { x: number; y: number }) => x + y }).expand({
        x: forty,
        y: forty,
      });
    },
  ],
  [
    'task a: expand() got x, which is neither a list nor a task that returns one',
    // @ts-expect-error - a text is no list
    (t) => t.partial('a', { run: (_, { x }: { x: string }) => x }).expand({ x: 'abc' }),
  ],
])('refused: %s', (message, tasks) => expect(messageOf(tasks)).toBe(message));
