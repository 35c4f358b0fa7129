import { expect, test } from 'vitest';
import { chain, crossDownstream, dag, events, label } from '../../../scheduler/index.ts';
import type { DagDefinition, TaskBuilder } from '../../../scheduler/index.ts';
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

test('a start is a text with its zone, or a Date; anything else is refused by what is wrong with it', () => {
  const base = { dagId: 'd', description: '', schedule: null, owner: 'x', tags: [] } as const;
  const starting = (startDate: unknown): DagDefinition<unknown> =>
    dag({ ...base, startDate: startDate as Date, tasks: (t) => void t.empty('e') });
  const at = (startDate: unknown): string | undefined => starting(startDate).startDate?.toISOString();
  expect(at('2026-01-31T00:00:00+01:00')).toBe('2026-01-30T23:00:00.000Z');
  expect(at('2026-01-31T06:30Z')).toBe('2026-01-31T06:30:00.000Z');
  expect(at(new Date('2026-01-31T06:30:00Z'))).toBe('2026-01-31T06:30:00.000Z');
  for (const [wrong, said] of [
    ['2026-01-31T00:00:00', 'is "2026-01-31T00:00:00", which has no time zone; it must be'],
    ['2026-01-31', 'is "2026-01-31", which has no time zone'],
    ['2026-02-30T00:00:00Z', 'is "2026-02-30T00:00:00Z", which is no time with its zone'],
    ['soon', 'is "soon", which is no time with its zone'],
    [new Date('soon'), 'is a date that is none'],
    [1_767_225_600_000, 'has the wrong type'],
  ] as const) {
    expect(() => starting(wrong), String(wrong)).toThrow(`DAG d: startDate ${said}`);
  }
  expect(() => events(['2026-01-31T00:00:00Z', new Date('x')])).toThrow('number 2 is a date that is none');
  const deadline = { reference: '2026-01-31T00:00:00+01:00', interval: '1h', callback: () => {} } as const;
  expect(dag({ ...base, deadline, tasks: (t) => void t.empty('e') }).deadline?.reference).toEqual(
    new Date('2026-01-30T23:00:00Z'),
  );
});
