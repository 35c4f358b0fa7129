import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Check } from '../../../../transforms/engine/checks/check.ts';
import { recordChecks } from '../../../../transforms/engine/checks/record.ts';
import { runChecks } from '../../../../transforms/engine/checks/run-checks.ts';
import type { EngineContext } from '../../../../transforms/engine/context.ts';
import type { TestConfig } from '../../../../transforms/engine/project/model.ts';
import { makeDataTest, openCheckWorld } from '../../../support/check-world.ts';
import type { CheckWorld } from '../../../support/check-world.ts';
import { warehouseErrors } from '../../../../warehouse/errors.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

let world: CheckWorld;
let statements: string[] = [];
let context: EngineContext;

beforeAll(async () => {
  world = await openCheckWorld(makeProject([makeModel('m')]), {
    m: {
      columns: 'id bigint, secret varchar',
      key: 'id',
      published: Array.from({ length: 9 }, (_, index) => `(${index + 1}, 'x${index}')`),
    },
  });
  context = {
    ...world.context,
    warehouse: {
      ...world.warehouse,
      query: (sql, params) => {
        statements.push(sql);
        return world.warehouse.query(sql, params);
      },
    },
  };
});
afterAll(() => world.warehouse.close());

function rowsCheck(
  name: string,
  condition: string,
  change: Partial<TestConfig> & { storeAs?: string; model?: string } = {},
): Check {
  const { storeAs, model = 'm', ...config } = change;
  return {
    uniqueId: `test.shopwave.${name}`,
    model,
    name,
    kind: 'not_null',
    refs: [model],
    probe: { kind: 'rows', relation: 'marts.m as rows_under_test', condition },
    config: makeDataTest('m', 'not_null', { config }).config,
    keys: ['id'],
    storeAs,
    definition: undefined,
  };
}

const queryCheck = (name: string, sql: string, change: Partial<TestConfig> = {}): Check => ({
  ...rowsCheck(name, '', change),
  probe: { kind: 'query', sql },
});

test('the checks of a model are one statement, and each gets its own answer', async () => {
  statements = [];
  const checks = [
    rowsCheck('none', 'id > 100'),
    rowsCheck('three', 'id <= 3', { severity: 'warn' }),
    queryCheck(
      'two',
      'with w as (select id from marts.m) select * from w where id > 7 -- a comment at the end',
      { severity: 'warn' },
    ),
    rowsCheck('limited', 'id > 0', { limit: 4, severity: 'warn' }),
    queryCheck('summed', 'select id as n_records from marts.m where id < 4', {
      failCalc: 'sum(n_records)',
      severity: 'warn',
    }),
  ];
  const results = await runChecks(context, checks);
  expect(results.map(({ name, status, failures }) => [name, status, failures])).toEqual([
    ['none', 'pass', 0],
    ['three', 'warn', 3],
    ['two', 'warn', 2],
    ['limited', 'warn', 4],
    ['summed', 'warn', 6],
  ]);
  const counting = statements.filter((sql) => sql.includes('as counts'));
  expect(counting).toHaveLength(1);
  // Two conditions, one scan.
  expect(counting[0]?.match(/rows_under_test/g)).toHaveLength(2);
});

test('a check that errs is no pass, and the others of its statement keep their answer', async () => {
  const results = await runChecks(context, [
    rowsCheck('good', 'id > 100'),
    rowsCheck('typo', 'idd is null'),
    queryCheck('gone', 'select * from marts.nowhere'),
    queryCheck('empty', 'select id as n from marts.m where id > 100', { failCalc: 'sum(n)' }),
    rowsCheck('odd', 'id = 1', { errorIf: 'lots' }),
    { ...rowsCheck('broken', ''), probe: { kind: 'broken', message: 'there is no macro cents' } },
    rowsCheck('bad', 'id = 5'),
  ]);
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['good', 'pass'],
    ['typo', 'error'],
    ['gone', 'error'],
    ['empty', 'error'],
    ['odd', 'error'],
    ['broken', 'error'],
    ['bad', 'fail'],
  ]);
  expect(results[1]?.message).toContain('idd');
  expect(results[5]?.message).toContain('there is no macro cents');
});

test('a lost connection is not the fault of a check', async () => {
  const retryable = warehouseErrors.error('WAREHOUSE_CONFLICT', { message: 'conflict' });
  const lost = { ...context, warehouse: { ...context.warehouse, query: () => Promise.reject(retryable) } };
  await expect(runChecks(lost, [rowsCheck('any', 'id = 1')])).rejects.toBe(retryable);
});

test('failing rows are named by their keys, five of them at most, and by nothing else', async () => {
  const [result] = await runChecks(context, [rowsCheck('many', 'id > 0')]);
  expect(result?.samples).toHaveLength(5);
  expect(
    JSON.stringify(result?.samples, (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    ),
  ).not.toContain('secret');
  expect(result?.message).toMatch(/^got 9 \(error if != 0\); e\.g\. id=\d/);
  expect(result?.message).not.toMatch(/x\d/);
});

test('stored failures are replaced by every run, bounded, and empty after a pass', async () => {
  const stored = async (condition: string, limit?: number): Promise<[string | undefined, unknown]> => {
    const config = limit === undefined ? {} : { limit };
    const [result] = await runChecks(context, [
      rowsCheck('kept', condition, { storeAs: 'Kept failures', ...config }),
    ]);
    const [row] = await world.warehouse.query(`select count(*) as n from ${result?.storedIn}`);
    return [result?.storedIn, row?.['n']];
  };
  const [name, rows] = await stored('id > 0');
  expect(name).toMatch(/^dbt_test__audit\.kept_failures_[0-9a-f]{8}$/);
  expect(rows).toBe(9n);
  expect(await stored('id > 0', 3)).toEqual([name, 3n]);
  expect(await stored('id > 100')).toEqual([name, 0n]);
});

test('results are written in one statement, and the rows behind failures in another', async () => {
  const executed: string[] = [];
  const session = {
    ...world.warehouse,
    execute: (sql: string, params?: Parameters<typeof world.warehouse.execute>[1]) => {
      executed.push(sql);
      return world.warehouse.execute(sql, params);
    },
  };
  const results = await runChecks(
    context,
    Array.from({ length: 110 }, (_, index) =>
      rowsCheck(`c${index}`, `id = ${index - 100}`, { model: `m${index % 10}` }),
    ),
  );
  await recordChecks(session, { id: 'r9', version: 2n, stageStep: 1n }, results, '2026-03-01T00:00:00.000Z');
  expect(executed.map((sql) => /insert into (\S+)/.exec(sql)?.[1])).toEqual([
    '_meta.check_result',
    '_meta.check_failure',
  ]);
  expect(
    await world.warehouse.query(
      "select status, count(*) as n from _meta.check_result where run_id = 'r9' group by 1 order by 1",
    ),
  ).toEqual([
    { status: 'fail', n: 9n },
    { status: 'pass', n: 101n },
  ]);
});
