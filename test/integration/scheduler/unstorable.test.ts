import { expect, test } from 'vitest';
import { createHarness } from './harness.ts';

const one = (dagId: string, body: string): string =>
  `{ dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: [], tasks: (t) => { ${body} } }`;
const task = (dagId: string, args: string): string =>
  one(dagId, `t.task('a', { retries: 2, retryDelay: '1s', ${args} });`);
const counted = (body: string): string => `run: (c) => { c.services.ran.push(c.dagId); ${body} }`;

/** Each would be lost with its report, and the task repeated once its lease is over, were it sent as it is. */
test('what PostgreSQL cannot hold fails the task that returns it, and is replaced in what is said of one', async () => {
  await using h = await createHarness({
    nul: task('nul', counted(`return ['x\\u0000y'];`)),
    half: task('half', counted(`return { 'x\\ud800y': 1 };`)),
    written: task('written', counted(`return 'x\\\\u0000y';`)),
    condition: one('condition', `t.shortCircuit('a', { condition: () => 'x\\u0000y' });`),
    error: task('error', counted(`throw new TaskFail('bad \\u0000 byte');`)),
    skip: task('skip', counted(`throw new TaskSkip('bad \\ud800 half');`)),
    // Cut after 4,096 characters, in the middle of a pair.
    rendered: task(
      'rendered',
      `templates: { nul: "{{ '\\u0000' }}", cut: 'x'.repeat(4095) + '\\u{1F600}' }, ${counted('return 1;')}`,
    ),
  });
  const scheduler = await h.scheduler();
  const endOf = async (dagId: string): Promise<unknown> => {
    const run = await scheduler.triggerDag(dagId);
    await scheduler.runUntilIdle();
    const [end] = await scheduler.listTaskInstances(run);
    return [end?.state, end?.tryNumber, end?.error?.code ?? end?.reason];
  };
  expect(await endOf('nul')).toEqual(['failed', 1, 'XCOM_NOT_STORABLE']);
  expect(await endOf('half')).toEqual(['failed', 1, 'XCOM_NOT_STORABLE']);
  expect(await endOf('written')).toEqual(['success', 1, null]);
  expect(await endOf('condition')).toEqual(['failed', 1, 'XCOM_NOT_STORABLE']);
  expect(await endOf('error')).toEqual(['failed', 1, 'TASK_FAILED']);
  expect(await endOf('skip')).toEqual(['skipped', 1, 'bad \uFFFD half']);
  expect(await endOf('rendered')).toEqual(['success', 1, null]);
  expect(h.services.ran).toEqual(['nul', 'half', 'written', 'error', 'skip', 'rendered']);
  await expect(scheduler.triggerDag('nul', { conf: { a: ['\0'] } })).rejects.toMatchObject({
    code: 'PARAMS_INVALID',
  });
});
