import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
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

test('branches, short-circuits and mapped tasks have templates; in a mapped one beside the values', async () => {
  const kinds = `{ dagId: 'kinds', ${base}, params: z.object({ side: z.string().default('left') }), tasks: (t) => {
    const left = t.empty('left');
    const right = t.empty('right');
    t.branch('pick', { choices: { left, right }, templates: { side: '{{ params.side }}' }, choose: (c, { side }) => side });
    const below = t.empty('below');
    t.shortCircuit('gate', { templates: { side: '{{ params.side }}' }, condition: (c, { side }) => side === 'left' })
      .before(below);
    t.partial('each', { templates: { at: '{{ ti.map_index }} {{ run_id }}' },
      run: (c, { n }, { at }) => void c.services.ran.push(n + ' at ' + at) }).expand({ n: ['a', 'b'] });
    t.partial('typo', { templates: { x: '{{ run_idd }}' }, run: () => null }).expand({ n: [1] });
  } }`;
  await using h = await createHarness({
    kinds,
    right: kinds.replace("'kinds'", "'right'").replace('run_idd', 'run_id'),
  });
  const scheduler = await h.scheduler();
  expect(scheduler.listImportErrors()).toMatchObject([
    {
      code: 'TEMPLATE_INVALID',
      message: expect.stringContaining('task typo, field x:1:4: there is no name run_idd'),
    },
  ]);
  await scheduler.triggerDag('right', { runId: 'r', conf: { side: 'right' } });
  await scheduler.runUntilIdle();
  const states = await scheduler.listTaskInstances({ dagId: 'right', runId: 'r' });
  const of = (id: string): unknown => states.find(({ taskId }) => taskId === id)?.state;
  expect([of('left'), of('right'), of('below')]).toEqual(['skipped', 'success', 'skipped']);
  expect(h.services.ran.toSorted()).toEqual(['a at 0 r', 'b at 1 r']);
  expect(await scheduler.renderTask({ dagId: 'right', taskId: 'pick', run: { runId: 'r' } })).toMatchObject({
    fields: { side: 'right' },
  });
});

test('a field that names a template file is what the file holds, beside the DAG or in its search path', async () => {
  const files = `{ dagId: 'files', ${base}, templateSearchpath: ['shared'], params: z.object({ who: z.string().default('you') }),
    tasks: (t) => {
      const ask = (statement) => sql({ service: (s) => ({ query: async (text) => { s.ran.push(text); return []; } }), sql: statement });
      t.task('beside', ask(['select 1', 'report.sql']));
      t.task('shared', ask('queries/deep.sql'));
      t.task('gone', ask('gone.sql'));
      t.task('long', ask('select ' + '1, '.repeat(2000) + 'x.sql'));
      t.task('nul', ask('a\\0.sql'));
      t.task('folder', ask('queries.sql'));
      t.task('say', bash({ command: 'say.sh', executor: 'process' }));
      t.task('unquoted', bash({ command: 'unquoted.sh' }));
      t.task('typo', ask('typo.sql'));
      t.task('command', bash({ command: 'echo "no file".sh ' }));
    } }`;
  await using h = await createHarness({ files });
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(h.dagsFolder, name)), { recursive: true });
    await writeFile(path.join(h.dagsFolder, name), text);
  };
  await write('queries.sql/inner', '');
  await write('report.sql', "select '{{ run_id }}'");
  await write('shared/report.sql', 'select 0');
  await write('shared/queries/deep.sql', 'select {{ 40 + 2 }}');
  await write('say.sh', 'echo "one {{ ti.task_id }}"\necho two\n');
  await write('unquoted.sh', 'echo {{ params.who }}');
  await write('typo.sql', 'select 1,\n  {{ run_idd }}');
  const scheduler = await h.scheduler();
  expect(scheduler.listImportErrors()).toEqual([]);
  await scheduler.triggerDag('files', { runId: 'r' });
  await scheduler.runUntilIdle();
  expect(h.services.ran.toSorted()).toEqual(['select 1', "select 'r'", 'select 42'].toSorted());
  const states = await scheduler.listTaskInstances({ dagId: 'files', runId: 'r' });
  const of = (id: string): (typeof states)[number] | undefined => states.find(({ taskId }) => taskId === id);
  expect(['beside', 'shared', 'say', 'command'].map((id) => of(id)?.state)).toEqual(
    Array.from({ length: 4 }, () => 'success'),
  );
  const log = await scheduler.taskLog({ dagId: 'files', runId: 'r', taskId: 'say' });
  expect(log.map(({ message }) => message)).toEqual(expect.arrayContaining(['one say', 'two']));
  expect(of('gone')?.error?.message).toMatch(/no file gone\.sql; looked in .*, .*shared/);
  expect(of('gone')?.error?.remedy).toMatch(/templateSearchpath/);
  // What cannot be a file's name is none, and what is no file cannot be read.
  for (const [id, message] of [
    ['long', /there is no file select 1, .{0,200}…; looked in /],
    ['nul', /there is no file a.\.sql; looked in /],
    ['folder', /queries\.sql cannot be read: EISDIR/],
  ] as const) {
    expect(of(id)?.error?.message).toMatch(message);
    expect(of(id)?.error?.remedy).toMatch(/templateSearchpath/);
  }
  expect(of('unquoted')?.error?.message).toMatch(
    /unquoted\.sh:1:16: a value that people give a run would be run/,
  );
  expect(of('typo')?.error?.message).toMatch(/typo\.sql:2:6: there is no name run_idd/);
});

test('templates and tasks know the run before that succeeded, and none for the first', async () => {
  const prev = `{ dagId: 'prev', description: '', schedule: cronInterval('0 0 * * *', 'UTC'), owner: 'x', tags: [],
    startDate: new Date('2026-02-26T00:00:00Z'), catchup: true, maxActiveRuns: 1, tasks: (t) => {
      const templates = { now: '{{ ds }}', from: '{{ prev_data_interval_start_success }}',
        to: '{{ prev_data_interval_end_success | ds if prev_data_interval_end_success else "none" }}',
        times: '{{ prev_start_date_success is none }} {{ prev_end_date_success is none }}' };
      t.task('here', { templates, run: async (c, f) => {
        c.services.ran.push([f.now, f.from, f.to, f.times].join(' | '));
        if (f.now === '2026-02-27') throw new Error('one day fails');
        const before = await c.previousSuccess();
        if (String(before?.dataIntervalEnd.toISOString().slice(0, 10) ?? 'none') !== f.to) throw new Error('they differ');
      } });
      t.task('apart', { templates: { from: templates.from }, executor: 'process', run: (c, { from }) => from });
    } }`;
  await using h = await createHarness({ prev });
  const scheduler = await h.scheduler();
  await scheduler.runUntilIdle();
  expect(h.services.ran).toEqual([
    '2026-02-26 | None | none | True True',
    '2026-02-27 | 2026-02-26 00:00:00+00:00 | 2026-02-27 | False False',
    '2026-02-28 | 2026-02-26 00:00:00+00:00 | 2026-02-27 | False False',
    '2026-03-01 | 2026-02-28 00:00:00+00:00 | 2026-03-01 | False False',
  ]);
  const last = { dagId: 'prev', taskId: 'apart', run: { at: new Date('2026-03-01T00:00:00Z') } };
  expect(await scheduler.renderTask(last)).toMatchObject({ fields: { from: '2026-02-28 00:00:00+00:00' } });
});
