import { mkdir, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { createLogSpy } from '../../support/task-context.ts';
import { createHarness } from './harness.ts';

const head = (dagId: string): string =>
  `dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: []`;

/** A gigabyte each, in one line without an end by a command, and in lines by a task's own process. */
const gigabyte = `{ ${head('gigabyte')}, maxActiveTasks: 1, tasks: (t) => {
  t.task('one_line', bash({ command: "head -c 1073741824 /dev/zero | tr '\\\\0' x; echo; echo the end" }));
  t.task('process', { executor: 'process', run: async () => {
    const line = ('x'.repeat(1023) + '\\n').repeat(1024);
    for (let i = 0; i < 1024; i++) process.stdout.write(line);
  } });
} }`;

test('a task that prints a gigabyte ends, in little memory, and its log says where it was cut', async () => {
  await using h = await createHarness({ gigabyte });
  const logLimitBytes = 1024 * 1024;
  const scheduler = await h.scheduler({ clock: systemClock, logLimitBytes });
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
  const key = { dagId: 'gigabyte', runId: 'r' };
  await scheduler.triggerDag(key.dagId, { runId: key.runId });
  expect(await scheduler.waitForRun(key)).toMatchObject({ state: 'success' });
  clearInterval(watch);
  expect((most - before) / 1024 / 1024).toBeLessThan(300);
  for (const taskId of ['one_line', 'process']) {
    const lines = (await scheduler.taskLog({ ...key, taskId })).map(({ message }) => message);
    expect(lines.slice(-2), taskId).toEqual([
      'this log has reached its limit of 1 MB: what the task writes from here on is not kept',
      'success',
    ]);
    const folder = path.join(h.logDir, 'dag_id=gigabyte', 'run_id=r', `task_id=${taskId}`);
    expect((await stat(path.join(folder, 'attempt=1.log'))).size).toBeLessThan(1.1 * logLimitBytes);
  }
});

test('a disk that is full for logs costs no task, wherever it runs, and is told once for each', async () => {
  const print = `for (let i = 0; i < 2000; i++) console.log('z'.repeat(1000));`;
  await using h = await createHarness({
    full: `{ ${head('full')}, tasks: (t) => {
      const here = t.task('here', { run: (c) => { for (let i = 0; i < 2000; i++) c.logger.info('z'.repeat(1000)); return 1; } });
      t.task('apart', { executor: 'process', run: async (c) => { ${print} c.logger.info('x'); return await c.xcomPull(here); } })
        .after(here);
      t.task('command', bash({ command: 'for i in $(seq 2000); do echo "$i of a long list"; done; echo done' }));
      t.task('retried', note('retried', { retries: 1, retryDelay: '0s' }));
    } }`,
  });
  const key = { dagId: 'full', runId: 'r' };
  for (const [taskId, tries] of [
    ['here', 1],
    ['apart', 1],
    ['command', 1],
    ['retried', 2],
  ] as const) {
    const folder = path.join(h.logDir, 'dag_id=full', 'run_id=r', `task_id=${taskId}`);
    await mkdir(folder, { recursive: true });
    for (let each = 1; each <= tries; each += 1)
      await symlink('/dev/full', path.join(folder, `attempt=${each}.log`));
  }
  h.services.on['retried'] = ({ tryNumber }) => {
    if (tryNumber === 1) throw new Error('once');
  };
  const spy = createLogSpy();
  const scheduler = await h.scheduler({ clock: systemClock, logger: spy.logger });
  await scheduler.triggerDag(key.dagId, { runId: key.runId });
  expect(await scheduler.waitForRun(key)).toMatchObject({ state: 'success' });
  const instances = await scheduler.listTaskInstances(key);
  expect(instances.map(({ taskId, state, tryNumber }) => [taskId, state, tryNumber])).toEqual([
    ['here', 'success', 1],
    ['apart', 'success', 1],
    ['command', 'success', 1],
    ['retried', 'success', 2],
  ]);
  expect(h.services.ran).toEqual(['full.retried#1', 'full.retried#2']);
  const told = spy.lines.filter((line) => line.startsWith('the log of this attempt cannot be written'));
  expect(told).toHaveLength(5);
});
