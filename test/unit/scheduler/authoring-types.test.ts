import { expect, test } from 'vitest';
import { dag } from '../../../scheduler/index.ts';

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
