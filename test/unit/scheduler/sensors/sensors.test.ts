import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  asset,
  assetSensor,
  externalTaskSensor,
  fileSensor,
  httpSensor,
  objectSensor,
  sqlSensor,
  timeSensor,
  triggerDagRun,
} from '../../../../scheduler/index.ts';
import type { SqlClient } from '../../../../scheduler/index.ts';
import { judge } from '../../../../scheduler/sensors/external-task-sensor.ts';
import type { ExternalState } from '../../../../scheduler/sensors/external-task-sensor.ts';
import { accessOf, clockAt, contextOf, createLogSpy, pokeOnce } from '../../../support/task-context.ts';

const ten = new Date('2026-03-02T10:00:00Z');

test('time: an instant, or a delta after the data interval; it looks again exactly then', async () => {
  const context = contextOf({}, { clock: clockAt('2026-03-02T10:29:59Z') });
  const half = new Date('2026-03-02T10:30:00Z');
  expect(pokeOnce(timeSensor({ delta: '30m' }), context)).toEqual({ isDone: false, nextPokeAt: half });
  expect(pokeOnce(timeSensor({ at: () => half }), context)).toEqual({ isDone: false, nextPokeAt: half });
  expect(pokeOnce(timeSensor({ at: half }), contextOf({}, { clock: clockAt('2026-03-02T10:30:00Z') }))).toBe(
    true,
  );
});

test('file: by name or pattern, of a least size; a folder is no file', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-sensor-'));
  const poke = async (name: string, minBytes = 0): Promise<unknown> =>
    await pokeOnce(fileSensor({ path: () => path.join(folder, name), minBytes }), contextOf({}));
  await mkdir(path.join(folder, 'orders-folder.csv'));
  await writeFile(path.join(folder, 'orders(1).csv'), '12345');
  expect(await poke('orders(1).csv')).toBe(true);
  expect(await poke('orders(*).csv')).toBe(true);
  expect(await poke('orders-*.csv')).toBe(false);
  expect(await poke('orders.1..csv')).toBe(false);
  expect(await poke('*', 6)).toBe(false);
  expect(await poke('gone/*.csv')).toBe(false);
  await rm(folder, { recursive: true });
});

test('object: by key or by prefix', async () => {
  const keys = ['raw/2026/a.json'];
  const store = {
    exists: async (key: string) => keys.includes(key),
    list: async (prefix: string) => keys.filter((key) => key.startsWith(prefix)),
  };
  const context = contextOf({ store });
  const from = (services: { readonly store: typeof store }): typeof store => services.store;
  expect(await pokeOnce(objectSensor({ store: from, key: 'raw/2026/a.json' }), context)).toBe(true);
  expect(await pokeOnce(objectSensor({ store: from, key: 'raw/2026/' }), context)).toBe(false);
  expect(await pokeOnce(objectSensor({ store: from, prefix: 'raw/2026/' }), context)).toBe(true);
  expect(await pokeOnce(objectSensor({ store: from, prefix: 'raw/2027/' }), context)).toBe(false);
});

describe('sql: the first cell decides', () => {
  const service = ({ client }: { readonly client: SqlClient }): SqlClient => client;
  const context = (...rows: readonly Record<string, string | number | bigint | null>[]) =>
    contextOf({ client: { query: async () => rows } });
  const sensor = sqlSensor({ service, sql: 'select' });
  test.each([
    [[{ n: 1, m: 0 }], true],
    [[{ n: 5n }], true],
    [[{ n: 'x' }], true],
    [[{ n: 0 }], false],
    [[{ n: 0n }], false],
    [[{ n: '0' }], false],
    [[{ n: '' }], false],
    [[{ n: null }], false],
    [[], false],
  ])('case %#', async (rows, expected) => {
    expect(await pokeOnce(sensor, context(...rows))).toBe(expected);
  });
  test('unless predicates say otherwise', async () => {
    const strict = sqlSensor({
      service,
      sql: 'select',
      success: (cell) => cell === 3,
      failure: (cell) => cell === 9,
      failOnEmpty: true,
    });
    expect(await pokeOnce(strict, context({ n: 1 }))).toBe(false);
    expect(await pokeOnce(strict, context({ n: 3 }))).toBe(true);
    await expect(pokeOnce(strict, context({ n: 9 }))).rejects.toMatchObject({
      code: 'SENSOR_CONDITION_FAILED',
    });
    await expect(pokeOnce(strict, context())).rejects.toMatchObject({ code: 'SENSOR_CONDITION_FAILED' });
  });
});

test('http: not yet on 404, a failed try on other errors; the key in the query is not shown', async () => {
  let answer = { status: 404, body: '' };
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/hangs') === true) return;
    response
      .writeHead(answer.status)
      .end(`${request.method} ${String(request.headers['x-a'])} ${answer.body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { logger, lines } = createLogSpy();
  const context = contextOf({}, { logger });
  const sensor = httpSensor({
    url: () => `${base}/x?key=hidden`,
    method: 'POST',
    headers: { 'x-a': 'b' },
    isReady: ({ body }) => body === 'POST b ready',
  });
  expect(await pokeOnce(sensor, context)).toBe(false);
  answer = { status: 200, body: 'busy' };
  expect(await pokeOnce(sensor, context)).toBe(false);
  answer = { status: 200, body: 'ready' };
  expect(await pokeOnce(sensor, context)).toBe(true);
  answer = { status: 500, body: '' };
  const failed = { code: 'HTTP_SENSOR_FAILED', message: 'status 500', where: `${base}/x`, retryable: true };
  await expect(pokeOnce(sensor, context)).rejects.toMatchObject(failed);
  const hanging = httpSensor({ url: `${base}/hangs`, requestTimeout: '20ms' });
  await expect(pokeOnce(hanging, context)).rejects.toMatchObject({
    code: 'HTTP_SENSOR_FAILED',
    message: /timeout/,
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(pokeOnce(sensor, context)).rejects.toMatchObject({ message: /ECONNREFUSED/ });
  expect(lines.join('\n')).not.toContain('hidden');
});

describe('external task', () => {
  const states = { allowedStates: undefined, failedStates: ['failed'], skippedStates: ['skipped'] } as const;
  test.each<[readonly (ExternalState | null)[], number, string]>([
    [[], 1, 'waiting'],
    [[null], 1, 'waiting'],
    [['success'], 1, 'done'],
    [['success'], 2, 'waiting'],
    [['success', 'running'], 2, 'waiting'],
    [['success', 'failed'], 2, 'failed'],
    [['skipped', 'failed'], 2, 'failed'],
    [['skipped', 'success'], 2, 'skipped'],
    [['upstream_failed'], 1, 'waiting'],
  ])('%j of %i: %s', (found, expected, verdict) => {
    expect(judge(found, expected, states)).toBe(verdict);
  });

  test('it asks for the same logical date, or the one a delta before, or those it is given', async () => {
    const asked: unknown[] = [];
    const scheduler = accessOf({
      statesAt: async (tasks) => {
        asked.push([tasks.taskIds, ...tasks.logicalDates.map((date) => date.toISOString().slice(11, 16))]);
        return ['success'];
      },
    });
    const context = contextOf({}, { scheduler });
    expect(await pokeOnce(externalTaskSensor({ dagId: 'o' }), context)).toBe(true);
    expect(
      await pokeOnce(externalTaskSensor({ dagId: 'o', taskIds: ['a'], executionDelta: '1h' }), context),
    ).toBe(true);
    const both = externalTaskSensor({ dagId: 'o', logicalDates: () => [ten, new Date(0)] });
    expect(await pokeOnce(both, context)).toBe(false);
    expect(asked).toEqual([
      [[], '10:00'],
      [['a'], '09:00'],
      [[], '10:00', '00:00'],
    ]);
    const undated = contextOf({}, { scheduler, logicalDate: null });
    await expect(pokeOnce(externalTaskSensor({ dagId: 'o' }), undated)).rejects.toMatchObject({
      code: 'EXTERNAL_DATE_UNKNOWN',
    });
    expect(await pokeOnce(externalTaskSensor({ dagId: 'o', logicalDates: () => [ten] }), undated)).toBe(true);
  });

  test('it fails at once over what does not exist, if told to look; skipped and failed end it', async () => {
    const scheduler = accessOf({ hasTask: async (dagId, taskId) => dagId === 'o' && taskId !== 'gone' });
    const context = contextOf({}, { scheduler });
    const missing = { code: 'EXTERNAL_TASK_MISSING' };
    const checked = { checkExistence: true } as const;
    await expect(pokeOnce(externalTaskSensor({ ...checked, dagId: 'x' }), context)).rejects.toMatchObject(
      missing,
    );
    const gone = externalTaskSensor({ ...checked, dagId: 'o', taskIds: ['a', 'gone'] });
    await expect(pokeOnce(gone, context)).rejects.toMatchObject({
      ...missing,
      message: 'o has no task gone',
    });
    expect(await pokeOnce(externalTaskSensor({ dagId: 'x' }), context)).toBe(false);
    const failed = contextOf({}, { scheduler: accessOf({ statesAt: async () => ['failed'] }) });
    const watching = externalTaskSensor({ dagId: 'o', failedStates: ['failed'] });
    await expect(pokeOnce(watching, failed)).rejects.toMatchObject({ code: 'SENSOR_CONDITION_FAILED' });
    const skipping = externalTaskSensor({ dagId: 'o', skippedStates: ['failed'] });
    await expect(pokeOnce(skipping, failed)).rejects.toMatchObject({ name: 'TaskSkip' });
  });
});

test('asset: produced since the data interval began, or not longer ago than maxAge', async () => {
  const at = (iso: string) => ({
    scheduler: accessOf({
      latestAssetEvent: async ({ name }) =>
        name === 'raw' ? { createdAt: new Date(iso), dagId: 'p', runId: 'r', taskId: 't' } : undefined,
    }),
    clock: clockAt('2026-03-02T10:10:00Z'),
  });
  const raw = asset('raw');
  expect(await pokeOnce(assetSensor({ asset: raw }), contextOf({}, at('2026-03-02T10:00:00Z')))).toBe(true);
  expect(await pokeOnce(assetSensor({ asset: raw }), contextOf({}, at('2026-03-02T09:59:59Z')))).toBe(false);
  const fresh = assetSensor({ asset: raw, maxAge: '15m' });
  expect(await pokeOnce(fresh, contextOf({}, at('2026-03-02T09:56:00Z')))).toBe(true);
  expect(await pokeOnce(fresh, contextOf({}, at('2026-03-02T09:54:59Z')))).toBe(false);
  const other = assetSensor({ asset: asset('other'), after: () => new Date(0) });
  expect(await pokeOnce(other, contextOf({}, at('2026-03-02T10:00:00Z')))).toBe(false);
});

test('a triggered run keeps its id over tries, and gets another one after a clear', async () => {
  const made: string[] = [];
  const scheduler = accessOf({
    triggerDag: async (_, { runId }) => made.push(runId) > 0,
    runState: async () => 'running',
  });
  const task = triggerDagRun({ dagId: 'o', waitForCompletion: true });
  const tryOf = async (waitingSince: Date, tryNumber: number, taskId = 't'): Promise<unknown> =>
    await pokeOnce(task, contextOf({}, { scheduler, waitingSince, tryNumber, taskId }));
  expect(await tryOf(ten, 1)).toBe(false);
  await tryOf(ten, 2);
  await tryOf(ten, 2, 'other');
  await tryOf(new Date(0), 3);
  expect(made[1]).toBe(made[0]);
  expect(new Set(made).size).toBe(3);
  expect(made[0]).toMatch(/^manual__2026-03-02T10:00:00\+00:00_[\da-f]{8}$/);
});
