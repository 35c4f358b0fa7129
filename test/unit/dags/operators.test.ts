import { expect, test } from 'vitest';
import { rawShop } from '../../../dags/assets.ts';
import { apiFreshness } from '../../../dags/operators/api-freshness.ts';
import { buildMarts } from '../../../dags/operators/build-marts.ts';
import { captureShop } from '../../../dags/operators/capture-shop.ts';
import { extractApi } from '../../../dags/operators/extract-api.ts';
import { freshnessGate } from '../../../dags/operators/freshness-gate.ts';
import { loadApi } from '../../../dags/operators/load-api.ts';
import { loadRaw } from '../../../dags/operators/load-raw.ts';
import { stageBatches } from '../../../dags/operators/stage-batches.ts';
import { watchSchema } from '../../../dags/operators/watch-schema.ts';
import type { PipelineServices } from '../../../dags/services.ts';
import type { Transforms } from '../../../transforms/engine/transforms.ts';
import type { FunctionTask, TaskContext } from '../../../scheduler/index.ts';
import { clockAt, contextOf, pokeOnce, runTask } from '../../support/task-context.ts';

/** The context of a task whose services do what the test says; everything else must not be touched. */
function context(
  services: Partial<PipelineServices>,
  more: Partial<TaskContext<PipelineServices>> = {},
): TaskContext<PipelineServices> {
  return contextOf(services as PipelineServices, {
    runId: 'r',
    clock: clockAt('2026-03-02T10:00:00Z'),
    ...more,
  });
}

const position = '0000000001A2B3C4';
const isSkip = expect.objectContaining({ name: 'TaskSkip' });

test('capture hands its signal on, returns what was landed, and is skipped when there was nothing', async () => {
  const abort = new AbortController();
  const seen: unknown[] = [];
  const capturing = (batches: number): Partial<PipelineServices> => ({
    capture: () =>
      Promise.resolve({
        capture: (signal) => {
          seen.push(signal);
          return Promise.resolve({
            batches,
            changes: batches * 3,
            position,
            committedAt: '',
            caughtUp: true,
          });
        },
      }),
  });
  const { signal } = abort;
  expect(await runTask(captureShop(), context(capturing(2), { signal }))).toEqual({
    batches: 2,
    changes: 6,
    position,
  });
  expect(seen).toEqual([signal]);
  await expect(runTask(captureShop(), context(capturing(0)))).rejects.toEqual(isSkip);
});

test('load produces its outlet only when it loaded something, and runs after a skipped capture', async () => {
  const loading = (batchIds: readonly string[]): Partial<PipelineServices> => ({
    loader: () => Promise.resolve({ load: () => Promise.resolve({ batchIds, rows: 10, position }) }),
  });
  const task = loadRaw({ name: 'raw.shop' });
  expect(task).toMatchObject({ outlets: [{ name: 'raw.shop' }], triggerRule: 'none_failed' });
  expect(await runTask(task, context(loading(['b1', 'b2'])))).toEqual({ batches: 2, rows: 10, position });
  const behind = (isBehind: boolean): Partial<PipelineServices> => ({
    ...loading([]),
    transforms: () =>
      Promise.resolve({ isBehind: () => Promise.resolve(isBehind) } as unknown as Awaited<
        ReturnType<PipelineServices['transforms']>
      >),
  });
  await expect(runTask(task, context(behind(false)))).rejects.toEqual(isSkip);
  expect(await runTask(task, context(behind(true)))).toMatchObject({ batches: 0 });
});

test('stage and build return plain values; a build without changes is skipped', async () => {
  const publication = { version: 4, sourceWatermark: position };
  const models = [
    { model: 'a', kind: 'incremental', status: 'published', removed: 1, added: 2 },
    { model: 'b', kind: 'incremental', status: 'unchanged', removed: 3, added: 4 },
  ];
  const staging = { batches: 2, changedRows: 9, watermark: position, quarantined: 1, staleKeys: 1 };
  const calls: string[] = [];
  const building = (published: boolean, held: readonly unknown[] = []): Partial<PipelineServices> => ({
    restoreTouched: () => Promise.resolve({ keys: calls.push('restore'), rows: 3 }),
    transforms: () =>
      Promise.resolve({
        stage: () => {
          calls.push('stage');
          return Promise.resolve({ ...staging, step: 5n });
        },
        publishedFor: () => Promise.resolve(undefined),
        build: () => Promise.resolve({ published, publication, models, held, checks: [{}] }),
      } as unknown as Awaited<ReturnType<PipelineServices['transforms']>>),
  });
  const staged = await runTask(stageBatches(), context(building(true)));
  expect(JSON.parse(JSON.stringify(staged))).toEqual(staging);
  // Before anything reads raw, and once more for what was loaded meanwhile.
  expect(calls).toEqual(['restore', 'stage', 'restore']);
  expect(await runTask(buildMarts(), context(building(true)))).toEqual({
    version: 4,
    sourceWatermark: position,
    removed: 4,
    added: 6,
    checks: 1,
    tryNumber: 1,
    models: {
      a: { status: 'published', removed: 1, added: 2, held: null },
      b: { status: 'unchanged', removed: 3, added: 4, held: null },
    },
  });
  await expect(runTask(buildMarts(), context(building(false)))).rejects.toEqual(isSkip);
  const since = '2026-03-02 09:00:00';
  const late = {
    model: 'a',
    version: 3,
    since,
    sourceCommittedAt: since,
    reasons: ['unique_id on a: 2 row(s)'],
  };
  await expect(runTask(buildMarts(), context(building(true, [late])))).rejects.toMatchObject({
    code: 'TRANSFORM_HELD_BACK',
    retryable: false,
    message: expect.stringMatching(
      /version 4 is published without a.*stands at version 3.*unique_id/,
    ) as string,
  });
  // Where a has a task of its own, that one tells of it.
  const told = await runTask(buildMarts(new Set(['a'])), context(building(true, [late])));
  expect(told).toMatchObject({ version: 4, models: { a: { status: 'held', held: late } } });
  const many = {
    ...late,
    reasons: Array.from({ length: 500 }, (_, index) => `check ${index} ${'x'.repeat(300)}`),
  };
  const brief = await runTask(buildMarts(new Set(['a'])), context(building(true, [many])));
  expect(brief.models['a']?.held?.reasons).toHaveLength(4);
  expect(JSON.stringify(brief).length).toBeLessThan(2000);
});

test('a build says who asks; cleared after it has published, it runs that version again and is not skipped', async () => {
  const asked: unknown[] = [];
  const { signal } = new AbortController();
  const services = (earlier: number | undefined, published: boolean): Partial<PipelineServices> => {
    const publication = { version: 7, sourceWatermark: position };
    const models = [{ model: 'a', kind: 'skip', status: 'published', removed: 0, added: published ? 3 : 0 }];
    const result = { published, publication, models, held: [], checks: [] };
    const note =
      (what: string) =>
      (...args: unknown[]) => {
        asked.push([what, ...args]);
        return Promise.resolve(result);
      };
    const transforms = {
      publishedFor: (requestedBy: string) => {
        asked.push(['publishedFor', requestedBy]);
        return Promise.resolve(earlier);
      },
      build: note('build'),
      rerun: note('rerun'),
    };
    return { transforms: () => Promise.resolve(transforms as unknown as Transforms) };
  };
  const output = { version: 7, sourceWatermark: position, removed: 0, checks: 0, tryNumber: 1 };
  expect(await runTask(buildMarts(), context(services(undefined, true), { signal }))).toEqual({
    ...output,
    added: 3,
    models: { a: { status: 'published', removed: 0, added: 3, held: null } },
  });
  expect(asked.splice(0)).toEqual([
    ['publishedFor', 'd/r/t'],
    ['build', { signal, requestedBy: 'd/r/t' }],
  ]);
  // Nothing differs: the task has done its work, and what hangs on it must run.
  expect(await runTask(buildMarts(), context(services(4, false), { signal }))).toEqual({
    ...output,
    added: 0,
    models: { a: { status: 'published', removed: 0, added: 0, held: null } },
  });
  expect(asked.splice(0)).toEqual([
    ['publishedFor', 'd/r/t'],
    ['rerun', 4, { signal, requestedBy: 'd/r/t' }],
  ]);
});

test.each([
  ['ten minutes ago', '2026-03-02T09:50:00Z', true],
  ['exactly as long ago as allowed', '2026-03-02T09:45:00Z', true],
  ['a second too long ago', '2026-03-02T09:44:59Z', false],
  ['never', undefined, false],
] as const)('the gate, when ingestion last succeeded %s, says %s %s', async (_, startIso, open) => {
  const asked: string[] = [];
  const gate = freshnessGate({ dagId: 'shop_ingest', maxAge: '15m', timeout: '30m' });
  const status = { landedPosition: position, loadedPosition: position } as Awaited<
    ReturnType<PipelineServices['landingStatus']>
  >;
  const poked = pokeOnce(
    gate,
    context(
      { landingStatus: () => Promise.resolve(status) },
      {
        latestSuccess: (dagId) => {
          asked.push(dagId);
          const startDate = startIso === undefined ? undefined : new Date(startIso);
          return Promise.resolve(startDate === undefined ? undefined : { startDate, endDate: startDate });
        },
      },
    ),
  );
  expect(await poked).toBe(open);
  expect(asked).toEqual(['shop_ingest']);
});

/** A source's door whose streams are complete up to the given times. */
function door(freshTo: ReadonlyArray<string | undefined>): PipelineServices['extractor'] {
  const streams = freshTo.map((each, index) => ({
    stream: `s${index}`,
    freshTo: each,
    ageMs: undefined,
    lastBatch: undefined,
    gaps: [],
  }));
  const result = { batches: 2, objects: 7, requests: 3, streams: [] };
  return () =>
    Promise.resolve({ extract: () => Promise.resolve(result), status: () => Promise.resolve(streams) });
}

const notConfigured: Partial<PipelineServices> = { extractor: () => Promise.resolve(undefined) };
const fresh = '2026-03-02T09:30:00.000000Z';

test('a source that is not configured is skipped by all of its tasks', async () => {
  const tasks = [
    extractApi('stripe', 'incremental'),
    loadApi('stripe', rawShop),
    apiFreshness('stripe', '2h'),
  ];
  const run = (task: FunctionTask<PipelineServices, unknown>): unknown =>
    runTask(task, context(notConfigured));
  for (const task of tasks) await expect(run(task)).rejects.toEqual(isSkip);
});

test('extract tells what was landed; a reconciliation waits until there is something to compare with', async () => {
  const output = { batches: 2, objects: 7, requests: 3 };
  const never = { extractor: door([fresh, undefined]) };
  expect(await runTask(extractApi('stripe', 'incremental'), context(never))).toEqual(output);
  await expect(runTask(extractApi('stripe', 'reconcile'), context(never))).rejects.toEqual(isSkip);
  expect(await runTask(extractApi('stripe', 'reconcile'), context({ extractor: door([fresh]) }))).toEqual(
    output,
  );
});

test.each([
  ['all within', [fresh, '2026-03-02T08:00:01.000000Z'], undefined],
  ['one behind', [fresh, '2026-03-02T07:59:59.000000Z'], 's1 is 2h'],
  ['one never read', [undefined, fresh], 's0 was never read'],
])('freshness of a source, %s', async (_, freshTo, message) => {
  const run = runTask(apiFreshness('stripe', '2h'), context({ extractor: door(freshTo) }));
  if (message === undefined) expect(await run).toEqual({ streams: 2, oldestMs: 7_199_000 });
  else
    await expect(run).rejects.toMatchObject({
      code: 'INGEST_SOURCE_STALE',
      message: expect.stringContaining(message),
    });
});

test('loading a source produces its asset only for something new', async () => {
  const load = (batchIds: string[]): Partial<PipelineServices> => ({
    extractor: door([fresh]),
    apiLoader: () => Promise.resolve({ load: () => Promise.resolve({ batchIds, rows: 7, position }) }),
  });
  const task = loadApi('stripe', rawShop);
  expect(task.outlets).toEqual([rawShop]);
  expect(task.triggerRule).toBe('all_done');
  expect(await runTask(task, context(load(['stripe-1'])))).toEqual({ batches: 1, rows: 7, position });
  await expect(runTask(task, context(load([])))).rejects.toEqual(isSkip);
});

test('watching the schema sets a build off only for what marts stand on', async () => {
  const change = { table: 'orders', column: 'x', before: undefined, after: 'text' } as const;
  const added = { ...change, kind: 'column_added', severity: 'warn' } as const;
  const dropped = { ...change, kind: 'column_dropped', severity: 'page' } as const;
  const task = watchSchema(rawShop);
  expect(task.outlets).toEqual([rawShop]);
  const both = context({ watchShop: () => Promise.resolve([added, dropped]) });
  expect(await runTask(task, both)).toEqual({ changes: 2, pages: 1 });
  await expect(runTask(task, context({ watchShop: () => Promise.resolve([added]) }))).rejects.toEqual(isSkip);
});
