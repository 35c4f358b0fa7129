import { expect, test } from 'vitest';
import { outputsOf } from '../../../dags/operators/build-marts.ts';
import type { BuildOutput } from '../../../dags/operators/build-marts.ts';
import { publishedModel } from '../../../dags/operators/model-tasks.ts';
import type { PipelineServices } from '../../../dags/services.ts';
import type { TaskContext, TaskHandle } from '../../../scheduler/index.ts';
import type { HeldModel } from '../../../transforms/engine/run/request.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import { contextOf, runTask } from '../../support/task-context.ts';

const build = { taskId: 'build', isMapped: false } as unknown as TaskHandle<BuildOutput>;
const held: HeldModel = {
  model: 'a',
  version: 3,
  since: '2026-03-02 09:00:00',
  sourceWatermark: null,
  sourceCommittedAt: null,
  reasons: ['unique_id on a: 2 row(s)'],
};
const output = (status: 'published' | 'held'): BuildOutput => ({
  version: 4,
  sourceWatermark: '0',
  removed: 0,
  added: 2,
  checks: 1,
  tryNumber: 1,
  models:
    status === 'held'
      ? outputsOf({ models: [], held: [held] })
      : { a: { status, removed: 0, added: 2, held: null } },
});

/** The gate of `a`, told what `build` told; `again` is what a build of it alone then gives. */
async function gate(
  told: BuildOutput | undefined,
  { tryNumber = 1, again = {} }: { readonly tryNumber?: number; readonly again?: object } = {},
): Promise<{ readonly asked: unknown[]; readonly ended: PromiseSettledResult<unknown> }> {
  const asked: unknown[] = [];
  const transforms = {
    build: (options: { readonly select: ReadonlySet<string> }) => {
      asked.push([...options.select]);
      return Promise.resolve({ models: [], held: [], publication: { version: 5 }, ...again });
    },
  };
  const services = { transforms: () => Promise.resolve(transforms as unknown as Transforms) };
  const context: TaskContext<PipelineServices> = contextOf(services as unknown as PipelineServices, {
    tryNumber,
    xcomPull: () => Promise.resolve(told as never),
  });
  const [ended] = await Promise.allSettled([runTask(publishedModel('a', build), context)]);
  return { asked, ended };
}

test('the task of a model tells what became of it, and fails where it is held back', async () => {
  expect((await gate(output('published'))).ended).toMatchObject({ value: { status: 'published', added: 2 } });
  expect((await gate({ ...output('published'), models: {} })).ended).toMatchObject({
    value: { status: 'skipped' },
  });
  const { asked, ended } = await gate(output('held'));
  expect(ended).toMatchObject({
    reason: {
      code: 'TRANSFORM_HELD_BACK',
      retryable: false,
      message: expect.stringContaining('unique_id') as string,
    },
  });
  expect(asked).toEqual([]);
  expect((await gate(undefined)).ended).toMatchObject({ reason: { name: 'TaskSkip' } });
});

test('cleared, it builds its model again, and is as good as its checks are now', async () => {
  const mended = { models: [{ model: 'a', status: 'published', removed: 0, added: 7 }] };
  const { asked, ended } = await gate(output('held'), { tryNumber: 2, again: mended });
  expect(asked).toEqual([['a']]);
  expect(ended).toMatchObject({ value: { status: 'published', added: 7 } });
  expect((await gate(output('held'), { tryNumber: 2, again: { held: [held] } })).ended).toMatchObject({
    reason: { code: 'TRANSFORM_HELD_BACK' },
  });
  // Meanwhile a later run has published it: nothing is left to build.
  expect((await gate(output('held'), { tryNumber: 2 })).ended).toMatchObject({
    value: { status: 'skipped' },
  });
  // Its tries were lost while `build` had as many: nobody asked for another build.
  expect((await gate({ ...output('held'), tryNumber: 2 }, { tryNumber: 2 })).asked).toEqual([]);
  // Cleared with `build`, which has published it: nothing is built twice.
  expect((await gate(output('published'), { tryNumber: 2 })).asked).toEqual([]);
});
