import { expect, test } from 'vitest';
import { createHarness } from './harness.ts';

const base = `description: '', schedule: null, owner: 'x', tags: []`;
const dags = {
  told: `{ dagId: 'told', ${base}, params: z.object({ who: z.string().default('you') }), tasks: (t) => {
    const first = t.task('first', { run: () => ({ n: 41 }) });
    t.task('say', bash({ command: 'echo "{{ ti.task_id }} $WHO {{ ti.try_number }}"; exit $((2 - {{ ti.try_number }}))',
      env: { WHO: '{{ params.who }}' }, retries: 1, retryDelay: '0s' })).after(first);
    t.task('add', { templates: { sum: "{{ ti.xcom_pull('first').n + 1 }}" }, run: (c, { sum }) => sum }).after(first);
    t.task('apart', { templates: { who: '{{ params.who }}', n: "{{ ti.xcom_pull('first').n }}" },
      executor: 'process', run: (c, fields) => fields }).after(first);
    t.task('wrong', { templates: { x: "{{ ti.xcom_pull('first').missing }}" }, retries: 1, retryDelay: '0s',
      run: () => null }).after(first);
  } }`,
  daily: `{ dagId: 'daily', description: '', schedule: cronInterval('0 0 * * *', 'Europe/Zurich'), owner: 'x', tags: [],
    startDate: new Date('2026-03-01T00:00:00Z'), tasks: (t) => {
      t.task('load', sql({ service: (s) => s.on.client(), sql: "select '{{ ds }}'", parameters: ['{{ data_interval_end }}'] }));
    } }`,
};

test('templates are rendered on each try, recorded with it, and shown for any run, past or to come', async () => {
  await using h = await createHarness(dags);
  const scheduler = await h.scheduler();
  await scheduler.pauseDag('daily');
  await scheduler.triggerDag('told', { runId: 'r', conf: { who: '"$(reboot)"' } });
  await scheduler.runUntilIdle();
  const states = await scheduler.listTaskInstances({ dagId: 'told', runId: 'r' });
  expect(Object.fromEntries(states.map(({ taskId, state }) => [taskId, state]))).toEqual({
    first: 'success',
    say: 'success',
    add: 'success',
    apart: 'success',
    wrong: 'failed',
  });

  const shown = async (taskId: string, tryNumber?: number): Promise<unknown> =>
    await scheduler.renderTask({ dagId: 'told', taskId, run: { runId: 'r' }, tryNumber });
  const env = { WHO: '"$(reboot)"' };
  const command = (n: number): string => `echo "say $WHO ${n}"; exit $((2 - ${n}))`;
  expect(await shown('say')).toEqual({ runId: 'r', tryNumber: 2, fields: { command: command(2), env } });
  expect(await shown('say', 1)).toMatchObject({ tryNumber: 1, fields: { command: command(1) } });
  await expect(shown('say', 7)).rejects.toMatchObject({ code: 'RENDERED_NOT_FOUND' });
  expect(await shown('add')).toMatchObject({ tryNumber: 1, fields: { sum: '42' } });
  expect(await shown('apart')).toMatchObject({ tryNumber: 1, fields: { who: '"$(reboot)"', n: '41' } });
  const log = await scheduler.taskLog({ dagId: 'told', runId: 'r', taskId: 'say' });
  expect(log.map(({ message }) => message)).toContain('say "$(reboot)" 2');

  // As in Airflow it is retried; the error names file, task and field.
  const wrong = states.find(({ taskId }) => taskId === 'wrong');
  expect(wrong).toMatchObject({ tryNumber: 2, error: { code: 'TEMPLATE_FAILED' } });
  expect(wrong?.error?.message).toMatch(/task wrong, field x:1:\d+: .*missing.*DAG told, .*told\.dag\.ts/s);

  const future = { dagId: 'daily', taskId: 'load', run: { at: new Date('2026-03-28T12:00:00Z') } };
  expect(await scheduler.renderTask(future)).toEqual({
    runId: 'scheduled__2026-03-29T22:00:00+00:00',
    tryNumber: null,
    fields: { sql: ["select '2026-03-28'"], parameters: ['2026-03-29 22:00:00+00:00'] },
  });
  await expect(scheduler.renderTask({ ...future, taskId: 'gone' })).rejects.toMatchObject({
    code: 'TASK_NOT_FOUND',
  });
});
