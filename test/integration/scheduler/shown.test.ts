import { expect, test } from 'vitest';
import { assetsList } from '../../../cli/operations/assets.ts';
import { dagsDetails } from '../../../cli/operations/dag-facts.ts';
import { runsList } from '../../../cli/operations/scheduling.ts';
import { tasksList } from '../../../cli/operations/tasks.ts';
import type { Operation } from '../../../cli/operations/operation.ts';
import { createHarness } from './harness.ts';

const dags = {
  shown: `{ dagId: 'shown', description: '', schedule: null, owner: 'x', tags: [],
    onFailure: [function page() {}, (() => () => {})()],
    deadline: { reference: 'queued_at', interval: '10m', callback: () => {} },
    tasks: (t) => {
      const load = t.task('load', { inlets: [asset('shop'), asset('stripe')], outlets: [asset('raw')], run: () => 1 });
      t.task('tell', { run: () => 1 }).after(load);
    } }`,
};

test('callbacks, deadlines, inlets and outlets stand where people look for them', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  await scheduler.triggerDag('shown', { runId: 'late' });
  const platform = { scheduler: () => Promise.resolve(scheduler) };
  const rowsOf = async (operation: Operation, input: unknown): Promise<readonly unknown[]> => {
    const result = await operation.invoke(input, { platform } as never);
    return result.kind === 'rows' ? result.rows : [];
  };
  expect(await rowsOf(runsList, { limit: 5 })).toMatchObject([
    { run: 'late', deadline: '2026-03-02T10:12:00.000Z' },
  ]);
  h.clock.set('2026-03-02T10:13:00Z');
  await scheduler.runUntilIdle();
  await scheduler.triggerDag('shown', { runId: 'in-time' });
  await scheduler.runUntilIdle();
  expect(await rowsOf(runsList, { limit: 5 })).toMatchObject([
    { run: 'in-time', state: 'success', deadline: '2026-03-02T10:23:00.000Z met' },
    { run: 'late', state: 'success', deadline: '2026-03-02T10:12:00.000Z missed' },
  ]);

  expect(await rowsOf(dagsDetails, { dag: 'shown' })).toEqual(
    expect.arrayContaining([
      { name: 'onFailure', value: 'page, (function)' },
      { name: 'deadline', value: '10m 0s after queued_at' },
    ]),
  );
  expect(await rowsOf(tasksList, { dag: 'shown' })).toMatchObject([
    { task: 'load', inlets: 'shop, stripe', outlets: 'raw' },
    { task: 'tell', inlets: '', outlets: '' },
  ]);
  expect(await rowsOf(assetsList, {})).toMatchObject([
    { asset: 'raw', 'produced by': 'shown.load', 'read by': '' },
    { asset: 'shop', 'produced by': '', 'read by': 'shown.load', 'produced last': null },
    { asset: 'stripe', 'read by': 'shown.load' },
  ]);
});
