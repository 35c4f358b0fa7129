import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  connectionsAdd,
  connectionsGet,
  connectionsImport,
  connectionsList,
  connectionsTest,
} from '../../../cli/operations/connections.ts';
import type { Operation } from '../../../cli/operations/operation.ts';
import {
  variablesDelete,
  variablesGet,
  variablesImport,
  variablesList,
  variablesSet,
} from '../../../cli/operations/variables.ts';
import { parseConnection } from '../../../scheduler/secrets/connection.ts';
import type { Scheduler } from '../../../scheduler/scheduler.ts';
import { createHarness } from './harness.ts';

const base = `description: '', schedule: null, owner: 'x', tags: []`;
const secret = 'hunter2 "quoted" %';
const written = `postgres://me:${encodeURIComponent(secret)}@db.example:5432/shop`;
const failing = `async (c) => {
  const { password } = await c.getConnection('db');
  c.logger.info('got ' + password, { password, list: [password] });
  c.logger.child({ with: password }).warn('again');
  console.log('printed ' + password);
  throw new Error('refused for ' + password);
}`;
const dags = {
  secret: `{ dagId: 'secret', ${base}, tasks: (t) => {
    t.task('here', { run: ${failing} });
    t.task('apart', { run: ${failing}, executor: 'process' });
    t.task('told', { run: async (c) => (await c.getConnection('db')).password });
    t.task('skipped', { run: async (c) => { throw new TaskSkip(await c.getVariable('api_token')); } });
    t.task('shell', bash({ command: 'echo "$PGPASSWORD"; echo {{ conn.db.host }} {{ var.value.day }}',
      env: { PGPASSWORD: '{{ conn.db.password }}', URI: '{{ conn.db.get_uri() }}',
        LIMIT: "{{ var.json.limits.rows }} {{ var.value.get('none', 'x') }} {{ conn.db.extra_dejson | length }}" } }));
    t.task('apart_shell', bash({ command: 'echo "$P"', env: { P: '{{ conn.db.password }}' }, executor: 'process' }));
    t.task('missing', { templates: { x: '{{ var.value.nothing }}' }, run: () => null });
  } }`,
};

/** All that the logs of a folder hold, as one text. */
async function textOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const logs = files.filter((file) => file.endsWith('.log'));
  return (await Promise.all(logs.map((file) => readFile(path.join(folder, file), 'utf8')))).join('\n');
}

test('what a task fetched is hidden in its log, error, reason and rendered fields, and kept in what it returns', async () => {
  await using h = await createHarness(dags);
  const env = {
    AIRFLOW_CONN_DB: written,
    AIRFLOW_VAR_DAY: 'monday',
    AIRFLOW_VAR_LIMITS: '{"rows": 7}',
    SHOPWAVE_VAR_API_TOKEN: 'tok-123456',
  };
  const scheduler = await h.scheduler({ env });
  await scheduler.triggerDag('secret', { runId: 'r' });
  await scheduler.runUntilIdle();
  const instances = await scheduler.listTaskInstances({ dagId: 'secret', runId: 'r' });
  const of = (taskId: string): (typeof instances)[number] | undefined =>
    instances.find((each) => each.taskId === taskId);
  expect(of('here')?.error?.message).toBe('refused for ***');
  expect(of('apart')?.error?.message).toBe('refused for ***');
  expect(of('skipped')?.reason).toBe('***');
  expect(of('missing')?.error).toMatchObject({
    code: 'TEMPLATE_FAILED',
    message: expect.stringContaining('no variable nothing'),
  });

  const log = await textOf(h.logDir);
  for (const form of ['hunter2', 'tok-123456', encodeURIComponent(secret)]) expect(log).not.toContain(form);
  expect(log.match(/got \*\*\*/g)).toHaveLength(2);
  expect(log).toContain('printed ***');
  const lines = await scheduler.taskLog({ dagId: 'secret', runId: 'r', taskId: 'shell' });
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(['***', 'db.example monday']));
  expect(
    JSON.stringify(h.events.all.map(({ type, ...event }) => [type, 'reason' in event && event.reason])),
  ).not.toContain('hunter2');

  const rendered = await scheduler.renderTask({ dagId: 'secret', taskId: 'shell', run: { runId: 'r' } });
  expect(rendered.fields['env']).toEqual({ PGPASSWORD: '***', URI: '***', LIMIT: '7 x 0' });
  const apart = { dagId: 'secret', taskId: 'apart_shell', run: { runId: 'r' } };
  expect((await scheduler.renderTask(apart)).fields).toEqual({ command: 'echo "$P"', env: { P: '***' } });
  const future = { dagId: 'secret', taskId: 'shell', run: { at: new Date('2026-04-01T00:00:00Z') } };
  expect(JSON.stringify(await scheduler.renderTask(future))).not.toContain('hunter2');

  const values = await h.control
    .withSchema('scheduler')
    .from('xcom')
    .where({ task_id: 'told' })
    .select('value');
  expect(values).toEqual([{ value: secret }]);
});

const keys = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

test('the control store keeps secrets encrypted, and none without a key', async () => {
  await using h = await createHarness(dags);
  const env = { SHOPWAVE_SECRETS_KEYS: keys('one') };
  const scheduler = await h.scheduler({ env });
  const plain = await h.scheduler({ env: {} });
  const does = (on: Scheduler) => {
    const platform = { scheduler: async () => on };
    return async (operation: Operation, input: unknown): Promise<unknown> => {
      const context = { platform, onProgress: () => {}, signal: AbortSignal.timeout(20_000) };
      const result = await operation.invoke(input, context as never);
      return result.kind === 'rows' ? result.rows : result;
    };
  };
  const [call, callPlain] = [does(scheduler), does(plain)];

  // It is the platform that encrypts: in the shell of the command alone the variable would do nothing.
  const remedy = expect.stringMatching(/`shopwave start` .*start it again/) as string;
  const missing = { code: 'SECRETS_KEY_MISSING', remedy };
  await expect(callPlain(connectionsAdd, { connId: 'db', written })).rejects.toMatchObject(missing);
  await expect(callPlain(variablesSet, { key: 'api_token', value: 'tok-123456' })).rejects.toMatchObject(
    missing,
  );
  await callPlain(variablesSet, { key: 'day', value: 'monday' });

  expect(await call(connectionsAdd, { connId: 'db', written, description: 'the shop' })).toMatchObject([
    { id: 'db', type: 'postgres', login: 'me', password: '***', description: 'the shop' },
  ]);
  await expect(call(connectionsAdd, { connId: 'db', written })).rejects.toMatchObject({
    code: 'CONNECTION_EXISTS',
  });
  await call(variablesSet, { key: 'api_token', value: 'tok-123456' });
  await expect(call(variablesSet, { key: 'x', value: '{', json: true })).rejects.toMatchObject({
    code: 'VARIABLE_INVALID',
  });
  const stored = JSON.stringify(await h.control.withSchema('scheduler').from('secret').select('*'));
  for (const form of ['hunter2', 'tok-123456', 'db.example']) expect(stored).not.toContain(form);
  expect(stored).toContain('monday');

  expect(await scheduler.getConnection('db')).toEqual({
    ...parseConnection('db', written),
    description: 'the shop',
  });
  const shown = JSON.stringify([
    await call(connectionsList, {}),
    await call(connectionsGet, { connId: 'db' }),
    await call(variablesList, {}),
  ]);
  expect(shown).not.toMatch(/hunter2|tok-123456/);
  expect(await call(variablesGet, { key: 'api_token' })).toEqual([{ key: 'api_token', value: '***' }]);
  expect(await call(variablesGet, { key: 'none', default: 'x' })).toEqual([{ key: 'none', value: 'x' }]);
  await expect(plain.getConnection('db')).rejects.toMatchObject(missing);

  const dry = { key: 'day', dryRun: true };
  expect(await call(variablesDelete, dry)).toEqual([{ key: 'day', state: 'would be deleted' }]);
  expect(await scheduler.getVariable('day')).toBe('monday');
  await call(variablesDelete, { key: 'day' });
  await expect(call(variablesDelete, { key: 'day' })).rejects.toMatchObject({ code: 'VARIABLE_NOT_FOUND' });

  const two = { api_token: 'other-token', list: [1] };
  await expect(call(variablesImport, { variables: two, existing: 'fail' })).rejects.toMatchObject({
    code: 'VARIABLE_EXISTS',
  });
  await expect(scheduler.getVariable('list')).rejects.toMatchObject({ code: 'VARIABLE_NOT_FOUND' });
  expect(await call(variablesImport, { variables: two, existing: 'skip' })).toEqual([
    { key: 'api_token', state: 'left as it was' },
    { key: 'list', state: 'added' },
  ]);
  expect([await scheduler.getVariable('api_token'), await scheduler.getVariable('list')]).toEqual([
    'tok-123456',
    '[1]',
  ]);
  const connections = { db: { conn_type: 'http', host: 'h' }, own: h.url };
  expect(await call(connectionsImport, { connections })).toEqual([
    { id: 'db', state: 'left as it was' },
    { id: 'own', state: 'added' },
  ]);
  expect(await call(connectionsTest, { connId: 'own' })).toEqual([{ id: 'own', state: 'it answers' }]);
  await expect(call(connectionsTest, { connId: 'db' })).rejects.toMatchObject({
    code: 'CONNECTION_TEST_FAILED',
  });
});
