import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSources } from '../../../../transforms/engine/artifacts/sources.ts';
import { checkFreshness } from '../../../../transforms/engine/checks/freshness.ts';
import type { FreshnessResult } from '../../../../transforms/engine/checks/freshness.ts';
import type { EngineContext } from '../../../../transforms/engine/context.ts';
import type { SourceTable } from '../../../../transforms/engine/project/model.ts';
import { openCheckWorld, withVars } from '../../../support/check-world.ts';
import type { CheckWorld } from '../../../support/check-world.ts';
import { makeProject } from '../../../support/project-parts.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
let world: CheckWorld;
let statements = 0;

beforeAll(async () => {
  world = await openCheckWorld(makeProject([]), {});
  for (const [table, at] of [
    ['orders', "timestamp '2026-03-01 11:00:00'"],
    ['old', "timestamp '2026-02-20 00:00:00'"],
  ]) {
    await world.warehouse.execute(
      `create table raw.shop__${table} as select ${at} as _loaded_at, 'eu' as region`,
    );
  }
  await world.warehouse.execute(
    "insert into raw.shop__orders values (timestamp '2026-03-01 12:00:00', 'test')",
  );
  await world.warehouse.execute('create table raw.shop__empty as select * from raw.shop__orders limit 0');
});
afterAll(() => world.warehouse.close());

const limits = {
  warnAfter: { count: 30, period: 'minute' },
  errorAfter: { count: 1, period: 'day' },
  filter: undefined,
};

function source(table: string, change: Partial<SourceTable> = {}): SourceTable {
  return {
    name: `shop.${table}`,
    uniqueId: `source.shopwave.shop.${table}`,
    sourceName: 'shop',
    tableName: table,
    description: '',
    columns: [],
    tests: [],
    freshness: limits,
    loadedAtField: '_loaded_at',
    loadedAtQuery: undefined,
    tags: [],
    meta: {},
    file: '_shop.yml',
    line: 3,
    ...change,
  };
}

async function check(sources: readonly SourceTable[], at = now): Promise<FreshnessResult[]> {
  statements = 0;
  const context: EngineContext = {
    ...world.context,
    project: makeProject([], {
      sources: new Map(sources.map((each) => [each.name, each])),
      ...withVars({ zone: 'eu' }),
    }),
    clock: { ...world.context.clock, now: () => at },
    warehouse: {
      ...world.warehouse,
      query: (sql, params) => {
        statements += 1;
        return world.warehouse.query(sql, params);
      },
    },
  };
  return await checkFreshness(context);
}

test.each([
  { what: 'fresh', table: 'orders', change: {}, status: 'pass', age: 0 },
  {
    what: 'a filter leaves the fresh row out',
    table: 'orders',
    change: { freshness: { ...limits, filter: "region = '{{ var('zone') }}'" } },
    status: 'warn',
    age: 3600,
  },
  { what: 'old', table: 'old', change: {}, status: 'error', age: 9.5 * 86_400 },
  {
    what: 'old, with a warning only',
    table: 'old',
    change: { freshness: { ...limits, errorAfter: undefined } },
    status: 'warn',
    age: 9.5 * 86_400,
  },
  {
    what: 'a quiet source whose capture is current',
    table: 'old',
    change: { loadedAtQuery: "select timestamptz '2026-03-01 13:50:00+02';" },
    status: 'pass',
    age: 600,
  },
  {
    what: 'a query of the raw table itself, which asks the warehouse',
    table: 'old',
    change: {
      loadedAtQuery:
        "select max(_loaded_at) from {{ this }} -- {{ run_query('select 1 as a').columns[0][0] }}\n",
    },
    status: 'error',
    age: 9.5 * 86_400,
  },
  {
    what: 'as old as the limit',
    table: 'old',
    change: { loadedAtQuery: "select timestamp '2026-03-01 11:30:00'" },
    status: 'pass',
    age: 1800,
  },
  {
    what: 'a date',
    table: 'old',
    change: { loadedAtQuery: "select date '2026-03-01'" },
    status: 'warn',
    age: 43_200,
  },
] as const)('$what: $status', async ({ table, change, status, age }) => {
  const [result] = await check([source(table, change)]);
  expect(result).toMatchObject({ status, ageSeconds: age, snapshottedAt: now });
});

test('an empty source was never fresh', async () => {
  const [result] = await check([source('empty')]);
  expect(result).toMatchObject({ status: 'error', message: 'no row was ever loaded' });
});

test('what cannot be asked is no pass, and hides no other source', async () => {
  const results = await check([
    source('orders'),
    source('gone'),
    source('old', { loadedAtField: undefined }),
    source('empty', { loadedAtQuery: "select 'soon'" }),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    'pass',
    'runtime error',
    'runtime error',
    'runtime error',
  ]);
  expect(results[2]?.message).toContain('nothing says when rows of shop.old were loaded');
});

test('all sources are asked in one statement, those without limits not at all', async () => {
  const results = await check([source('orders'), source('old'), source('empty', { freshness: undefined })]);
  expect(results.map((result) => result.source)).toEqual(['shop.orders', 'shop.old']);
  expect(statements).toBe(1);
});

test('the results are what the sources artifact is made of', async () => {
  const results = await check([source('old'), source('gone')]);
  const invocation = { id: 'i', generatedAt: now, startedAt: now } as unknown as Parameters<
    typeof buildSources
  >[0]['invocation'];
  const { results: written } = buildSources({ invocation, results, elapsedTime: 1 });
  expect(written).toMatchObject([
    { unique_id: 'source.shopwave.shop.old', status: 'error' },
    { unique_id: 'source.shopwave.shop.gone', status: 'runtime error' },
  ]);
});
