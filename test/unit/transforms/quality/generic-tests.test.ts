import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { CheckResult } from '../../../../transforms/engine/checks/check.ts';
import { runCadence } from '../../../../transforms/engine/quality/cadence.ts';
import { restate } from '../../../../transforms/engine/quality/closed-days.ts';
import { openCheckWorld } from '../../../support/check-world.ts';
import type { CheckWorld, TestTable } from '../../../support/check-world.ts';
import { projectFolder } from '../../../support/platform-parts.ts';
import { load } from '../project/temporary-project.ts';

let world: CheckWorld | undefined;
afterEach(() => world?.warehouse.close());

/** The generic tests that the project ships. */
async function shipped(): Promise<Record<string, string>> {
  const folder = path.join(projectFolder, 'tests', 'generic');
  const files = await readdir(folder);
  const texts = await Promise.all(
    files.map(
      async (file) => [`tests/generic/${file}`, await readFile(path.join(folder, file), 'utf8')] as const,
    ),
  );
  return Object.fromEntries(texts);
}

/** A world of two marts, with one data test on the first. */
async function open(test: string, tables: Readonly<Record<string, TestTable>>): Promise<CheckWorld> {
  const model = (name: string, tests: string): string => `
  - name: ${name}
    description: One of two.
    config: { materialized: table, unique_key: id }
${tests}`;
  const project = await load({
    ...(await shipped()),
    'models/marts/_marts.yml': `version: 2\nmodels:${model('fct_orders', `    data_tests:\n${test}`)}${model('agg_orders', '')}`,
  });
  world = await openCheckWorld(project, tables);
  const { warehouse } = world;
  await warehouse.execute('create table if not exists feed.fct_orders (id bigint)');
  await warehouse.execute(
    `insert into _meta.publication values (1, 'r0', now(), '', timestamp '2026-03-01 12:00:00', 2, 'fct_orders')`,
  );
  await warehouse.execute('update _meta.head set version = 1');
  return world;
}

function only(results: ReadonlyMap<string, CheckResult> | readonly CheckResult[], kind: string): CheckResult {
  const found = [...results.values()].find((result) => result.kind === kind);
  if (found === undefined) throw new Error(`${kind} was not run`);
  return found;
}

test('sign: a refund that adds and a sale that takes away are found, and types that are not named may do either', async () => {
  const { check } = await open(
    '      - sign: { arguments: { column_name: amount, by: type, positive: [sale], negative: [refund] } }',
    {
      fct_orders: {
        columns: 'id bigint, type varchar, amount bigint',
        key: 'id',
        published: [],
        added: [
          "(1, 'sale', 5)",
          "(2, 'refund', 5)",
          "(3, 'sale', -5)",
          "(4, 'other', -5)",
          "(5, 'refund', 0)",
        ],
      },
    },
  );
  const result = only(await check(), 'sign');
  expect(result.status).toBe('fail');
  expect(result.samples).toHaveLength(2);
  expect(result.samples).toEqual(expect.arrayContaining([{ id: 2n }, { id: 3n }]));
});

const versions = (rows: readonly string[]): Record<string, TestTable> => ({
  fct_orders: {
    columns: 'id bigint, who bigint, valid_from timestamp, valid_to timestamp, is_current boolean',
    key: 'id',
    published: rows,
    added: ["(9, 9, '2020-01-01', '9999-12-31', true)"],
  },
});
const first = "(1, 1, '2020-01-01', '2021-01-01', false)";

test.each([
  ['versions that join', [first, "(2, 1, '2021-01-01', '9999-12-31', true)"], 0],
  ['a gap', [first, "(2, 1, '2021-01-02', '9999-12-31', true)"], 1],
  ['an overlap', [first, "(2, 1, '2020-12-31', '9999-12-31', true)"], 1],
  [
    'two that have no end',
    ["(1, 1, '2020-01-01', '9999-12-31', false)", "(2, 1, '2021-01-01', '9999-12-31', true)"],
    1,
  ],
  ['none that has no end', [first], 1],
  ['one that ends before it begins', ["(1, 1, '2021-01-01', '2020-01-01', true)"], 1],
  ['two current ones', [first.replace('false', 'true'), "(2, 1, '2021-01-01', '9999-12-31', true)"], 1],
  ['none that is current', [first, "(2, 1, '2021-01-01', '9999-12-31', false)"], 1],
])('scd2_continuous: %s', async (_, rows, failures) => {
  const { check } = await open('      - scd2_continuous: { arguments: { key: who } }', versions(rows));
  const { message, ...result } = only(await check(), 'scd2_continuous');
  expect({ failures: result.failures, status: result.status, message }).toMatchObject({
    failures,
    status: failures === 0 ? 'pass' : 'fail',
  });
});

test.each([
  ['as many and as much', ['(1, 10, 5)', '(2, 10, 6)'], [], 'pass'],
  ['a doubled row', ['(1, 10, 5)', '(2, 10, 6)', '(3, 10, 0)'], [10n], 'fail'],
  ['a lost row', ['(1, 10, 11)'], [10n], 'fail'],
  [
    'errors of two keys that add up to nothing',
    ['(1, 10, 6)', '(2, 10, 6)', '(3, 20, 3)'],
    [10n, 20n],
    'fail',
  ],
])('no_fan_out: %s', async (_, rows, keys, status) => {
  const { check } = await open(
    '      - no_fan_out: { arguments: { input: agg_orders, key: order_id, sums: { amount: net } } }',
    {
      fct_orders: {
        columns: 'id bigint, order_id bigint, amount bigint',
        key: 'id',
        published: [],
        added: rows,
      },
      agg_orders: {
        columns: 'id bigint, order_id bigint, net bigint',
        key: 'id',
        published:
          keys.length === 2 ? ['(1, 10, 5)', '(2, 10, 6)', '(3, 20, 4)'] : ['(1, 10, 5)', '(2, 10, 6)'],
      },
    },
  );
  const result = only(await check(), 'no_fan_out');
  expect([result.status, new Set(result.rows.map(({ order_id }) => order_id))]).toEqual([
    status,
    new Set(keys),
  ]);
  expect(result.refs).toContain('agg_orders');
});

const days = (rows: readonly string[], facts: readonly string[]): Record<string, TestTable> => ({
  fct_orders: {
    columns: 'id bigint, day date, shop varchar, total bigint',
    key: 'id',
    published: [],
    added: rows,
  },
  agg_orders: { columns: 'id bigint, day date, shop varchar, net bigint', key: 'id', published: facts },
});
const facts = ["(1, '2026-03-01', 'a', 5)", "(2, '2026-03-01', 'a', 6)", "(3, '2026-03-02', null, 7)"];

test.each([
  ['a day and a shop each', ["(1, '2026-03-01', 'a', 11)", "(2, '2026-03-02', null, 7)"], 0],
  ['a sum that is off', ["(1, '2026-03-01', 'a', 12)", "(2, '2026-03-02', null, 7)"], 1],
  ['a day that is missing', ["(1, '2026-03-01', 'a', 11)"], 1],
  [
    'a day too many',
    ["(1, '2026-03-01', 'a', 11)", "(2, '2026-03-02', null, 7)", "(3, '2026-03-03', 'a', 0)"],
    1,
  ],
  [
    'a day twice, which adds up',
    ["(1, '2026-03-01', 'a', 11)", "(2, '2026-03-02', null, 7)", "(3, '2026-03-02', null, 0)"],
    1,
  ],
  ['amounts of another shop', ["(1, '2026-03-01', 'b', 11)", "(2, '2026-03-02', null, 7)"], 2],
])('equals_facts: %s', async (_, rows, failures) => {
  const { check } = await open(
    '      - equals_facts: { arguments: { day: day, by: [shop], facts: [{ fact: agg_orders, key: id, sums: { total: net } }] } }',
    days(rows, facts),
  );
  const result = only(await check(), 'equals_facts');
  expect([result.failures, result.status]).toEqual([failures, failures === 0 ? 'pass' : 'fail']);
});

test.each([
  [
    'a balance that rolls',
    ["(1, '2026-03-01', 'a', 5, 5)", "(2, '2026-03-02', 'a', -2, 3)", "(3, '2026-03-01', 'b', 1, 1)"],
    0,
  ],
  ['one that begins with something', ["(1, '2026-03-01', 'a', 5, 6)", "(2, '2026-03-02', 'a', -2, 4)"], 1],
  [
    'one that jumps, and what follows it',
    ["(1, '2026-03-01', 'a', 5, 5)", "(2, '2026-03-02', 'a', -2, 9)", "(3, '2026-03-03', 'a', 0, 3)"],
    2,
  ],
])('rolls_forward: %s', async (_, rows, failures) => {
  const { check } = await open(
    '      - rolls_forward: { arguments: { by: shop, day: day, balance: total, change: moved } }',
    {
      fct_orders: {
        columns: 'id bigint, day date, shop varchar, moved bigint, total bigint',
        key: 'id',
        published: [],
        added: rows,
      },
    },
  );
  expect(only(await check(), 'rolls_forward').failures).toBe(failures);
});

test('holds: a condition is asked of the rows that a delta adds, and what is null does not fail', async () => {
  const { check } = await open('      - holds: { arguments: { condition: net = gross - discount } }', {
    fct_orders: {
      columns: 'id bigint, net bigint, gross bigint, discount bigint',
      key: 'id',
      published: ['(1, 1, 1, 1)'],
      added: ['(2, 3, 5, 2)', '(3, 3, 5, 1)', '(4, null, 5, 1)'],
    },
  });
  const result = only(await check(), 'holds');
  expect(result.samples).toEqual([{ id: 3n }]);
});

const table = (columns: string, rows: readonly string[]): Record<string, TestTable> => ({
  fct_orders: { columns, key: 'id', published: rows },
});

test('restated_history: a closed day whose sums change is listed with both, until it is restated', async () => {
  const { context, warehouse } = await open(
    '      - restated_history: { arguments: { series: fct_orders, day: day, sums: [amount] } }',
    table('id bigint, day date, amount bigint', [
      "(1, '2026-02-01', 5)",
      "(2, '2026-02-02', 7)",
      "(3, '2026-02-28', 9)",
    ]),
  );
  const run = async (): Promise<CheckResult> =>
    only((await runCadence(context, 'hourly')).checks, 'restated_history');
  expect(await run()).toMatchObject({ status: 'pass' });
  await warehouse.execute('update marts.fct_orders set amount = amount + 1');
  const changed = await run();
  expect(changed).toMatchObject({ status: 'warn', failures: 2 });
  expect(changed.rows[0]).toMatchObject({ totals_then: 'rows 1, amount 5', totals_now: 'rows 1, amount 6' });
  await restate(context, { model: 'fct_orders', from: '2026-02-01', to: '2026-02-02', reason: 'a test' });
  expect(await run()).toMatchObject({ status: 'warn', failures: 1 });
  await warehouse.execute('update marts.fct_orders set amount = 0 where id = 1');
  expect(await run()).toMatchObject({ status: 'warn', failures: 2 });
  await warehouse.execute('delete from marts.fct_orders where id = 2');
  expect((await run()).rows).toContainEqual(expect.objectContaining({ totals_now: null }));
});

test('restated_history: what one kind of a closed day has more does not hide what another has less', async () => {
  const { context, warehouse } = await open(
    '      - restated_history: { arguments: { series: fct_orders, day: day, by: [kind], sums: [amount] } }',
    table('id bigint, day date, kind varchar, amount bigint', [
      "(1, '2026-02-01', 'sale', 5)",
      "(2, '2026-02-01', 'tax', 7)",
      "(3, '2026-02-01', null, 9)",
    ]),
  );
  const run = async (): Promise<CheckResult> =>
    only((await runCadence(context, 'hourly')).checks, 'restated_history');
  expect(await run()).toMatchObject({ status: 'pass' });
  await warehouse.execute(
    'update marts.fct_orders set amount = case id when 1 then 6 when 2 then 6 else 9 end',
  );
  expect((await run()).rows).toEqual([
    expect.objectContaining({
      totals_then: 'none rows 1, amount 9; sale rows 1, amount 5; tax rows 1, amount 7',
      totals_now: 'none rows 1, amount 9; sale rows 1, amount 6; tax rows 1, amount 6',
    }),
  ]);
});

test('a check of an own cadence is no part of a build', async () => {
  const { check, context } = await open(
    '      - fresh: { arguments: { column_name: happened_at, hours: 2 } }',
    {
      fct_orders: {
        columns: 'id bigint, happened_at timestamp',
        key: 'id',
        published: ["(1, timestamp '2020-01-01')"],
        added: ["(2, timestamp '2020-01-01')"],
      },
    },
  );
  expect([...(await check()).values()].map(({ kind }) => kind)).not.toContain('fresh');
  expect(only((await runCadence(context, 'hourly')).checks, 'fresh')).toMatchObject({
    status: 'warn',
    failures: 1,
  });
  expect(await runCadence(context, 'weekly')).toEqual({ checks: [], left: [] });
});

/** Rows of a series of counts an hour, the last of which is the hour from 10:00 to 11:00, which is complete at 12:00. */
async function judgeSeries(counts: readonly number[]): Promise<CheckResult> {
  const { context, warehouse } = await open(
    '      - volume_anomaly: { arguments: { column_name: happened_at } }',
    table('id bigint, happened_at timestamp', []),
  );
  const values = counts.map((count, index) => `(${index}, ${count})`).join(', ');
  await warehouse.execute(
    `insert into marts.fct_orders select h * 1000 + i, timestamp '2026-03-01 10:00:00' - to_hours(${counts.length - 1} - h)
     from (values ${values}) as v(h, n), range(n) as r(i)`,
  );
  const result = only((await runCadence(context, 'hourly')).checks, 'volume_anomaly');
  await warehouse.close();
  return result;
}

const week = 168;

test('volume_anomaly: a series of one level never alarms, and one that drops to nothing always does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 5, max: 8 }),
      async (level, weeks) => {
        const counts = Array.from({ length: weeks * week }, () => level);
        expect(await judgeSeries(counts)).toMatchObject({ status: 'pass', failures: 0 });
        const dropped = await judgeSeries([...counts.slice(0, -1), 0]);
        expect(dropped).toMatchObject({ status: 'warn', failures: 1 });
        expect(dropped.rows).toContainEqual(expect.objectContaining({ verdict: 'silent' }));
      },
    ),
    { numRuns: 4 },
  );
}, 60_000);

test('volume_anomaly: ten times as many are too many, chance is none, and a young series says that it is one', async () => {
  const noisy = Array.from({ length: 6 * week }, (_, hour) => 95 + ((hour * 7919) % 11));
  expect(await judgeSeries(noisy)).toMatchObject({ status: 'pass' });
  expect((await judgeSeries([...noisy.slice(0, -1), 1000])).rows).toMatchObject([{ verdict: 'too many' }]);
  expect((await judgeSeries([...noisy.slice(0, -1), 20])).rows).toMatchObject([{ verdict: 'too few' }]);
  expect(await judgeSeries(noisy.slice(-2 * week))).toMatchObject({
    status: 'pass',
    message: 'not enough history',
  });
}, 60_000);
