import { describe, expect, test } from 'vitest';
import { dag } from '../../../scheduler/authoring/dag.ts';
import type { TaskBuilder } from '../../../scheduler/index.ts';

/** Declares a DAG as a file does that nobody compiled. */
function declare(tasks: (t: TaskBuilder<unknown>) => void, more: object = {}): () => unknown {
  const base = { dagId: 'd', description: '', schedule: null, owner: 'x', tags: [] };
  return () => dag({ ...base, ...more, tasks });
}

const run = (): undefined => undefined;
const written = (args: object): never => args as never;

describe('arguments that the compiler would have refused', () => {
  test.each<[string, (t: TaskBuilder<unknown>) => void, string]>([
    [
      'a trigger rule',
      (t) => t.task('b', written({ run, triggerRule: 'none_faild' })),
      'did you mean none_failed?',
    ],
    [
      'the rule of teardowns',
      (t) => t.task('b', written({ run, triggerRule: 'all_done_setup_success' })),
      'triggerRule is',
    ],
    [
      'a weight rule',
      (t) => t.task('b', written({ run, weightRule: 'sideways' })),
      'must be one of downstream, upstream, absolute',
    ],
    ['an executor', (t) => t.task('b', written({ run, executor: 'proces' })), 'did you mean process?'],
    [
      'a name',
      (t) => t.task('b', written({ run, trigerRule: 'all_done' })),
      'there is no argument trigerRule; did you mean triggerRule?',
    ],
    ['the name of retries', (t) => t.empty('b', written({ retrys: 2 })), 'did you mean retries?'],
    ['a task without work', (t) => t.task('b', written({})), 'run is missing; it must be a function'],
    ['a sensor that pokes nothing', (t) => t.sensor('b', written({ run })), 'there is no argument run'],
    ['a branch that chooses nothing', (t) => t.branch('b', written({ choices: {} })), 'choose is missing'],
    [
      'a branch between nothing',
      (t) => t.branch('b', written({ choose: () => null })),
      'choices is missing; it must be an object of tasks',
    ],
    ['a short-circuit without condition', (t) => t.shortCircuit('b', written({})), 'condition is missing'],
    ['a mapped task without work', (t) => t.partial('b', written({})), 'run is missing'],
    [
      'defaults of a group',
      (t) => t.taskGroup('g', (g) => g.empty('b'), written({ defaultArgs: { poool: 'x' } })),
      'group g: there is no argument poool; did you mean pool?',
    ],
  ])('%s is refused', (_, tasks, message) => {
    expect(declare(tasks)).toThrow(
      expect.objectContaining({
        code: 'DAG_ARGUMENT_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  test.each([
    ['a name', { catchUp: true }, 'DAG d: there is no argument catchUp; did you mean catchup?'],
    ['a default', { defaultArgs: { retry: 2 } }, 'DAG d, defaultArgs: there is no argument retry'],
  ])('%s of a DAG is refused', (_, more, message) => {
    expect(declare((t) => void t.empty('a'), more)).toThrow(message);
  });
});
