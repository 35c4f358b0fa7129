import { expect, test } from 'vitest';
import { dag } from '../../../scheduler/index.ts';
import type { GroupValues } from '../../../scheduler/index.ts';

// What the compiler refuses: `npm run types` fails where one of these lines is no error any more.

test('a branch follows its choices and nothing else', () => {
  const base = { description: '', schedule: null, owner: 'x', tags: [] } as const;
  const definition = dag({
    ...base,
    dagId: 'd',
    tasks: (t) => {
      const small = t.task('small', { run: () => 1 });
      const big = t.empty('big');
      t.branch('one', { choices: { small, big }, choose: () => 'small' });
      t.branch('some', { choices: { small, big }, choose: () => ['small', 'big'] });
      t.branch('none', { choices: { small, big }, choose: async () => null });
      // @ts-expect-error - no such choice
      t.branch('wrong', { choices: { small, big }, choose: () => 'tiny' });
      // @ts-expect-error - one of them is no choice
      t.branch('wrong_list', { choices: { small, big }, choose: () => ['small', 'tiny'] });
      // @ts-expect-error - a task is named by its handle
      t.branch('wrong_target', { choices: { small: 'small' }, choose: () => 'small' });
      // @ts-expect-error - a condition is true or false
      t.shortCircuit('wrong_condition', { condition: () => 'yes' });
      const answer = t.shortCircuit('answer', { condition: () => true });
      t.task('read', {
        run: async ({ xcomPull }) => {
          const held: boolean | undefined = await xcomPull(answer);
          // @ts-expect-error - a short-circuit returns its condition
          const text: string | undefined = await xcomPull(answer);
          return [held, text];
        },
      });
    },
  });
  expect(definition.edges).toContainEqual({ from: 'one', to: 'big' });
});

test('a text for a time says its zone', () => {
  const base = { dagId: 'd', description: '', schedule: null, owner: 'x', tags: [] } as const;
  const tasks = (): void => {};
  dag({ ...base, startDate: '2026-01-31T00:00:00Z', endDate: '2026-02-01T00:00:00-05:00', tasks });
  dag({ ...base, startDate: new Date('2026-01-31T00:00:00Z'), tasks });
  // @ts-expect-error - which midnight?
  expect(() => dag({ ...base, startDate: '2026-01-31T00:00:00', tasks })).toThrow('has no time zone');
});

test('a task is mapped over lists of what it takes, and pulls are typed by who returns', () => {
  const definition = dag({
    description: '',
    schedule: null,
    owner: 'x',
    tags: [],
    dagId: 'mapped',
    tasks: (t) => {
      const files = t.task('files', { run: () => [{ name: 'a', at: new Date() }] });
      const count = t.task('count', { run: () => 3 });
      const wait = t.sensor('wait', { poke: () => true });
      const read = t.partial('read', {
        run: (_, { file, limit }: { file: { name: string }; limit: number }) => file.name.length + limit,
      });
      const lengths = read.expand({ file: files, limit: [1, 2] });
      const again = t.partial('again', { run: (_, { n }: { n: number }) => n }).expand({ n: lengths });
      // @ts-expect-error - a number is no list
      t.partial('a', { run: (_, { n }: { n: number }) => n }).expand({ n: count });
      // @ts-expect-error - a sensor returns nothing
      t.partial('b', { run: (_, { n }: { n: number }) => n }).expand({ n: wait });
      // @ts-expect-error - files have names, not numbers
      t.partial('c', { run: (_, { n }: { n: number }) => n }).expand({ n: files });
      // @ts-expect-error - a Date comes back from JSON as a text
      t.partial('d', { run: (_, { f }: { f: { at: Date } }) => f.at }).expand({ f: files });
      // @ts-expect-error - it takes n, not m
      t.partial('e', { run: (_, { n }: { n: number }) => n }).expand({ m: [1] });
      const pairs = t.task('pairs', { run: () => [{ file: { name: 'a' }, limit: 1 }] });
      const both = t.partial('both', {
        run: (_, { file, limit }: { file: { name: string }; limit: number }) => file.name.length + limit,
      });
      both.expandKwargs(pairs);
      const limited = t.partial('f', { run: (_, { n, limit }: { n: number; limit: number }) => n + limit });
      // @ts-expect-error - limit is missing
      limited.expandKwargs([{ n: 1 }]);
      // @ts-expect-error - files are no arguments
      t.partial('g', { run: (_, { n }: { n: number }) => n }).expandKwargs(files);
      const group = t
        .partialGroup('each', (g, { file }: GroupValues<{ file: { name: string } }>) => {
          const name = g.task('name', { run: async (c) => (await c.xcomPull(file)).name });
          const length = g.task('length', {
            run: async (c) => {
              // @ts-expect-error - of its own run of the group it may not be there
              const own: string = await c.xcomPull(name);
              return own.length;
            },
          });
          return { name, inner: { length: length.after(name) } };
        })
        .expand({ file: files });
      const lengthOfAll = t.partial('h', { run: (_, { n }: { n: number }) => n });
      lengthOfAll.expand({ n: group.tasks.inner.length });
      const numbers = t.partialGroup('i', (g, { n }: GroupValues<{ n: number }>) =>
        g.task('n', { run: (c) => c.xcomPull(n) }),
      );
      // @ts-expect-error - a group's value is of the type that it says
      numbers.expand({ n: files });
      // @ts-expect-error - there is no such task
      files.after('nobody');
      t.task('pull', {
        run: async ({ xcomPull }) => {
          const names: readonly string[] = await xcomPull(group.tasks.name);
          // @ts-expect-error - outside of the group there is a list
          const name: string | undefined = await xcomPull(group.tasks.name);
          const list: readonly number[] = await xcomPull(again);
          const one: number | undefined = await xcomPull(count);
          // @ts-expect-error - it may not have run
          const sure: number = await xcomPull(count);
          // @ts-expect-error - of a mapped task there is a list
          const single: number | undefined = await xcomPull(again);
          return [list, one, sure, single, names, name];
        },
      });
    },
  });
  expect(definition.edges).toContainEqual({ from: 'files', to: 'read' });
  expect(definition.edges).toContainEqual({ from: 'pairs', to: 'both' });
});
