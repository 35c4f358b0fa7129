import { expect, test } from 'vitest';
import { buildManifest } from '../../../../transforms/engine/artifacts/manifest.ts';
import { nodesToRetry } from '../../../../transforms/engine/artifacts/retry.ts';
import { buildRunResults } from '../../../../transforms/engine/artifacts/run-results.ts';
import { buildSources } from '../../../../transforms/engine/artifacts/sources.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';
import { invocation, runResultsOf } from '../../../support/select-cases.ts';

test('a result has every field of run-results v6, null where there is nothing to say', () => {
  const results = buildRunResults({
    invocation,
    elapsedTime: 2.5,
    args: { which: 'build', select: ['fct+'], exclude: [], vars: { token: 'hunter2' } },
    results: [
      {
        uniqueId: 'model.shopwave.fct',
        status: 'success',
        executionTime: 1.25,
        compiledCode: 'select 1',
        relationName: 'marts.fct',
        startedAt: invocation.startedAt,
        completedAt: invocation.generatedAt,
        threadId: 'thread-2',
      },
      {
        uniqueId: 'test.shopwave.unique_fct',
        status: 'fail',
        executionTime: 0,
        message: '3 rows',
        failures: 3,
        startedAt: invocation.startedAt,
        completedAt: invocation.startedAt,
        threadId: 'thread-1',
      },
    ],
  });
  expect(results.results).toEqual([
    {
      unique_id: 'model.shopwave.fct',
      status: 'success',
      timing: [
        { name: 'execute', started_at: '2026-01-02T03:04:05.000Z', completed_at: '2026-01-02T03:04:06.000Z' },
      ],
      thread_id: 'thread-2',
      execution_time: 1.25,
      adapter_response: {},
      message: null,
      failures: null,
      compiled: true,
      compiled_code: 'select 1',
      relation_name: 'marts.fct',
      batch_results: null,
    },
    expect.objectContaining({
      status: 'fail',
      message: '3 rows',
      failures: 3,
      compiled: false,
      compiled_code: null,
    }),
  ]);
  expect(results).toMatchObject({
    metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
    elapsed_time: 2.5,
    args: { which: 'build', select: ['fct+'] },
  });
  expect(JSON.stringify(results)).not.toContain('hunter2');
});

test('freshness: the age is what lies between the newest row and the question; a failed question says why', () => {
  const { results } = buildSources({
    invocation,
    elapsedTime: 1,
    results: [
      {
        uniqueId: 'source.shopwave.shop.orders',
        status: 'warn',
        maxLoadedAt: new Date('2026-01-02T03:00:00.000Z'),
        snapshottedAt: new Date('2026-01-02T03:30:00.500Z'),
        criteria: { warnAfter: { count: 15, period: 'minute' }, errorAfter: undefined, filter: 'id > 0' },
        executionTime: 0.25,
        threadId: 'thread-1',
      },
      { uniqueId: 'source.shopwave.shop.gone', status: 'runtime error', message: 'no such table' },
    ],
  });
  expect(results[0]).toMatchObject({
    max_loaded_at_time_ago_in_s: 1800.5,
    criteria: {
      warn_after: { count: 15, period: 'minute' },
      error_after: { count: null, period: null },
      filter: 'id > 0',
    },
  });
  expect(results[1]).toEqual({
    unique_id: 'source.shopwave.shop.gone',
    status: 'runtime error',
    error: 'no such table',
  });
});

const project = makeProject([
  makeModel('a'),
  makeModel('b', { refs: ['a'] }),
  makeModel('c', { refs: ['b'] }),
  makeModel('d', { refs: ['c'] }),
]);
const manifest = buildManifest({ project, invocation, adapterType: 'duckdb', relation: () => undefined });

function retried(results: Readonly<Record<string, string>>): unknown {
  return nodesToRetry(
    runResultsOf(results, (short) => short.replace('.', '.shopwave.')),
    manifest,
  );
}

test('retry takes what failed and what was skipped, each after what it reads, and nothing that ended well', () => {
  expect(
    retried({ 'model.d': 'skipped', 'model.b': 'error', 'model.a': 'success', 'model.c': 'skipped' }),
  ).toEqual({
    ids: ['model.shopwave.b', 'model.shopwave.c', 'model.shopwave.d'],
    gone: [],
  });
  // The way from d to b leads over a node that ended well.
  expect(retried({ 'model.d': 'fail', 'model.c': 'success', 'model.b': 'partial success' })).toEqual({
    ids: ['model.shopwave.b', 'model.shopwave.d'],
    gone: [],
  });
  expect(retried({ 'model.a': 'success', 'model.b': 'warn', 'model.c': 'pass', 'model.d': 'no-op' })).toEqual(
    {
      ids: [],
      gone: [],
    },
  );
});

test('what the project no longer has is told apart', () => {
  expect(retried({ 'model.old': 'error', 'model.a': 'runtime error' })).toEqual({
    ids: ['model.shopwave.a'],
    gone: ['model.shopwave.old'],
  });
});
