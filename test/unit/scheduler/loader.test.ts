import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { LoadedDags } from '../../../scheduler/loading/dag-bag.ts';
import { loadDags } from '../../support/load-dags.ts';

const door = fileURLToPath(new URL('../../../scheduler/index.ts', import.meta.url));

/** Loads files given by name; `tasks` is the body of the builder callback. */
async function load(files: Readonly<Record<string, string>>): Promise<LoadedDags> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-dags-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const imports = `import { cron, dag, every } from ${JSON.stringify(door)};\n`;
      await writeFile(path.join(folder, name), imports + text);
    }
    return await loadDags(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function source(dagId: string, tasks: string, more = ''): string {
  const base = `dagId: '${dagId}', description: '', schedule: null, owner: 'x', tags: []`;
  return `export default dag({ ${base}, ${more} tasks: (t) => { const run = () => 1; ${tasks} } });`;
}

const good = source('good', `t.task('a', { run }).before('b'); t.task('b', { run });`);

test('loads what is right beside every kind of wrong, and lists each wrong file with its code', async () => {
  const { dags, importErrors } = await load({
    'a-throws.dag.ts': `\n\nthrow new Error('no such table');`,
    'b-nothing.dag.ts': 'export const answer = 42;',
    'c-cycle.dag.ts': source(
      'circle',
      `t.task('load', { run }).after('audit'); t.task('a', { run }).after('c'); t.task('b', { run }).after('a');
       t.task('c', { run }).after('b'); t.task('audit', { run });`,
    ),
    'd-good.dag.ts': good,
    'e-good-again.dag.ts': good,
    'f-unknown.dag.ts': source('unknown', `t.task('a', { run }).after('b');`),
    'g-unknown.dag.ts': source('unknown2', `t.task('a', { run }).before('z');`),
    'h-twice.dag.ts': source('twice', `t.task('a', { run }); t.task('a', { run });`),
    'i-empty.dag.ts': source('empty', ''),
    'j-id.dag.ts': source('../etc', `t.task('a', { run });`),
    'k-task-id.dag.ts': source('k', `t.task('a b', { run });`),
    'l-cron.dag.ts': source('l', `t.task('a', { run });`, `schedule: cron('61 * * * *'),`),
    'm-retries.dag.ts': source('m', `t.task('a', { run, retries: -1 });`),
    'n-limit.dag.ts': source('n', `t.task('a', { run });`, 'maxActiveRuns: 0,'),
    'o-catchup.dag.ts': source('o', `t.task('a', { run });`, `schedule: every('1h'), catchup: true,`),
    'p-duration.dag.ts': source('p', `t.task('a', { run, retryDelay: 'soon' });`),
    'q-syntax.dag.ts': 'export default dag({',
    'not-a-dag.ts': `throw new Error('never imported');`,
  });
  expect([...dags.keys()]).toEqual(['good']);
  expect(importErrors.map(({ file, code }) => `${path.basename(file)} ${code}`)).toEqual([
    'a-throws.dag.ts:4 DAG_FILE_FAILED',
    'b-nothing.dag.ts DAG_FILE_EMPTY',
    'c-cycle.dag.ts:2 DAG_CYCLE',
    'e-good-again.dag.ts:2 DAG_ID_DUPLICATE',
    'f-unknown.dag.ts:2 TASK_DEPENDENCY_UNKNOWN',
    'g-unknown.dag.ts:2 TASK_DEPENDENCY_UNKNOWN',
    'h-twice.dag.ts:2 TASK_ID_DUPLICATE',
    'i-empty.dag.ts:2 DAG_EMPTY',
    'j-id.dag.ts:2 DAG_ID_INVALID',
    'k-task-id.dag.ts:2 DAG_ID_INVALID',
    'l-cron.dag.ts:2 CRON_INVALID',
    'm-retries.dag.ts:2 DAG_ARGUMENT_INVALID',
    'n-limit.dag.ts:2 DAG_ARGUMENT_INVALID',
    'o-catchup.dag.ts:2 DAG_ARGUMENT_INVALID',
    'p-duration.dag.ts:2 DURATION_INVALID',
    expect.stringMatching(/^q-syntax\.dag\.ts(:\d+)? DAG_FILE_FAILED$/),
  ]);
  for (const error of importErrors) {
    expect(error.remedy.length).toBeGreaterThan(10);
    expect(error.file).toMatch(/^\//);
  }
  const messageOf = (code: string): string =>
    importErrors.find((error) => error.code === code)?.message ?? '';
  expect(messageOf('DAG_FILE_FAILED')).toBe('no such table');
  expect(messageOf('DAG_CYCLE')).toBe('DAG circle has a cycle: a -> b -> c -> a');
  expect(messageOf('TASK_DEPENDENCY_UNKNOWN')).toBe(
    'DAG unknown: task a is connected to b, which the DAG does not have',
  );
  expect(messageOf('DAG_ID_DUPLICATE')).toContain('d-good.dag.ts');
});

test('what is no duration is told with the line of its task and the name of the argument', async () => {
  const { importErrors } = await load({
    'a.dag.ts': source('a', `t.task('a', { run });\n\n t.task('b', { run, retryDelay: 'soon' });`),
    'b.dag.ts': source('b', `t.task('a', { run });\n t.sensor('b', { poke: run, maxWait: 5 });`),
    'c.dag.ts': source(
      'c',
      `t.taskGroup('g', (g) => {\n g.partial('b', { run, executionTimeout: '5 minutes' }); });`,
    ),
    'd.dag.ts': source('d', `t.task('a', { run });`, `defaultArgs: { retryDelay: null },`),
    'e.dag.ts': source('e', `t.task('a', { run });`, `dagrunTimeout: 60,`),
    'f.dag.ts': source('f', `t.task('a', { run });`, `\nschedule: every('oft'),`),
  });
  expect(importErrors.map(({ file, code, message }) => [path.basename(file), code, message])).toEqual([
    ['a.dag.ts:4', 'DURATION_INVALID', 'task b: retryDelay is "soon", which is no duration'],
    ['b.dag.ts:3', 'DURATION_INVALID', 'task b: maxWait is 5, which is no duration'],
    ['c.dag.ts:3', 'DURATION_INVALID', 'task b: executionTimeout is "5 minutes", which is no duration'],
    ['d.dag.ts:2', 'DURATION_INVALID', 'DAG d, defaultArgs: retryDelay is null, which is no duration'],
    ['e.dag.ts:2', 'DURATION_INVALID', 'DAG e: dagrunTimeout is 60, which is no duration'],
    ['f.dag.ts:3', 'DURATION_INVALID', '"oft" is not a duration'],
  ]);
});

test('a task that depends on itself is a cycle of one', async () => {
  const { importErrors } = await load({ 'x.dag.ts': source('x', `t.task('a', { run }).after('a');`) });
  expect(importErrors[0]?.message).toBe('DAG x has a cycle: a -> a');
});

test('orders tasks after their upstreams, takes defaults from defaultArgs, and a DAG exported twice once', async () => {
  const text = source(
    'ok',
    `const last = t.task('last', { run, retries: 1 }); const first = t.task('first', { run });
     last.after(first, first); t.sensor('gate', { poke: () => true }).before(first);`,
    `defaultArgs: { retries: 7, retryDelay: '3s' },`,
  );
  const { dags, importErrors } = await load({
    'ok.dag.ts': `${text.replace('export default', 'export const it =')} export default it;`,
  });
  expect(importErrors).toEqual([]);
  const ok = dags.get('ok');
  expect(ok?.graph.order).toEqual(['gate', 'first', 'last']);
  expect(ok?.graph.leaves).toEqual(['last']);
  expect(ok?.tasks.get('last')).toMatchObject({
    dependsOn: ['first'],
    retryPolicy: { retries: 1, retryDelayMs: 3000 },
  });
  expect(ok?.tasks.get('gate')).toMatchObject({
    retryPolicy: { retries: 7 },
    work: { kind: 'sensor', policy: { pokeIntervalMs: 60_000, timeoutMs: 604_800_000 } },
  });
});

test('a folder that is not there says so', async () => {
  await expect(loadDags('/nowhere/dags')).rejects.toMatchObject({
    code: 'DAG_FOLDER_MISSING',
    where: '/nowhere/dags',
  });
});

const aTime = `a time with its zone, such as '2026-01-31T00:00:00Z' or '2026-01-31T00:00:00+01:00', or a Date`;

test('an argument that a file leaves out is named, with the file', async () => {
  const { importErrors } = await load({
    'tags.dag.ts': `export default dag({ dagId: 'x', description: '', schedule: null, owner: 'x', tasks: () => {} });`,
    'nothing.dag.ts': 'export default dag({});',
    'start.dag.ts': `export default dag({ dagId: 'y', description: '', schedule: null, owner: 'x', tags: [],
      startDate: '2026-01-01T00:00:00', tasks: () => {} });`,
  });
  expect(importErrors.map(({ file, code, message }) => [path.basename(file), code, message])).toEqual([
    ['nothing.dag.ts:2', 'DAG_ARGUMENT_INVALID', 'a DAG: dagId is missing; it must be a text'],
    [
      'start.dag.ts:2',
      'DAG_ARGUMENT_INVALID',
      `DAG y: startDate is "2026-01-01T00:00:00", which has no time zone; it must be ${aTime}`,
    ],
    [
      'tags.dag.ts:2',
      'DAG_ARGUMENT_INVALID',
      'DAG x: tags is missing; it must be a list of texts, such as []',
    ],
  ]);
});
