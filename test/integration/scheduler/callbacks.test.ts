import { expect, test } from 'vitest';
import { createHarness } from './harness.ts';

const tell = `(name) => (c, end) => void c.services.ran.push(
  [name, c.taskId, c.tryNumber, end?.state, end?.error?.message ?? end?.reason].filter((part) => part != null).join(' '))`;
const all = `onExecute: tell('execute'), onSuccess: tell('success'), onFailure: tell('failure'), onRetry: tell('retry'), onSkipped: tell('skipped')`;
const dags = {
  told: `(() => { const tell = ${tell}; return { dagId: 'told', description: '', schedule: null, owner: 'x', tags: [],
    maxActiveTasks: 1, defaultArgs: { ${all} }, tasks: (t) => {
      const good = t.task('good', { run: () => 1 });
      const bad = t.task('bad', { retries: 1, retryDelay: '0s', triggerRule: 'all_done', run: (c) => { throw new Error('no ' + c.tryNumber); } }).after(good);
      t.task('below', { run: () => 1 }).after(bad);
      const skips = t.task('skips', { triggerRule: 'all_done', run: () => { throw new TaskSkip('nothing'); } }).after(bad);
      const apart = t.task('apart', { triggerRule: 'all_done', executor: 'process', run: () => 1 }).after(skips);
      t.task('own', { triggerRule: 'all_done', run: () => 1, onSuccess: [() => { throw new Error('broken'); }, tell('second')] }).after(apart);
    } }; })()`,
};

test('callbacks are told of each end, once each; what they throw is logged and changes nothing', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('told', { runId: 'r' });
  await scheduler.runUntilIdle();
  expect(h.services.ran).toEqual([
    'execute good 1',
    'success good 1 success',
    'execute bad 1',
    'retry bad 1 up_for_retry no 1',
    'execute bad 2',
    'failure bad 2 failed no 2',
    'execute skips 1',
    'skipped skips 1 skipped nothing',
    'execute apart 1',
    'success apart 1 success',
    'execute own 1',
    'second own 1 success',
  ]);
  const instances = await scheduler.listTaskInstances({ dagId: 'told', runId: 'r' });
  expect(Object.fromEntries(instances.map(({ taskId, state }) => [taskId, state]))).toMatchObject({
    own: 'success',
    below: 'upstream_failed',
  });
  const log = await scheduler.taskLog({ dagId: 'told', runId: 'r', taskId: 'own' });
  expect(log.map(({ message }) => message)).toContain('onSuccess failed: broken');
});
