import { expect, test } from 'vitest';
import { findings } from '../../../support/snowflake-lints.ts';
import type { Finding } from '../../../support/snowflake-lints.ts';
import { plays, sentIn } from '../../../support/snowflake-plays.ts';

/** What is known to be wrong and waits for somebody. Once it is put right the last test fails: then its line goes. */
const known: ReadonlyArray<readonly [lint: string, sql: RegExp]> = [];

/** What Snowflake takes, as sqlglot does in `npm run test:snowflake`, and this parser does not. */
const beyondTheParser: readonly RegExp[] = [
  // A column called input where a MERGE inserts.
  /^merge into _meta\.model_input as t using /,
  // A property of a schema.
  /^create transient schema if not exists delta__run data_retention_time_in_days = 0$/,
];

const isUnparsed = (each: Finding, sql: RegExp): boolean =>
  each.lint.startsWith('does not parse') && sql.test(each.sql);

const found: Finding[] = [];
const schemasOfRuns: string[] = [];

test.each(Object.entries(plays))(
  'an engine that %s sends Snowflake what it takes',
  async (_, play) => {
    const sent = await sentIn(play);
    expect(sent.length).toBeGreaterThan(2);
    schemasOfRuns.push(...sent.map(({ sql }) => sql).filter((sql) => /^create .*schema .*delta_r/.test(sql)));
    const here = await findings(sent);
    found.push(...here);
    const isKnown = (each: Finding): boolean =>
      known.some(([lint, sql]) => lint === each.lint && sql.test(each.sql)) ||
      beyondTheParser.some((sql) => isUnparsed(each, sql));
    expect(here.filter((each) => !isKnown(each))).toEqual([]);
  },
  600_000,
);

test('the schema of a run keeps nothing of what is dropped with it', () => {
  expect(schemasOfRuns.length).toBeGreaterThan(5);
  const kept = /^create transient schema if not exists delta_r\w+ data_retention_time_in_days = 0$/;
  expect(schemasOfRuns.filter((sql) => !kept.test(sql))).toEqual([]);
});

test('what is known to be wrong still is', () => {
  const isFound = ([lint, sql]: (typeof known)[number]): boolean =>
    found.some((each) => lint === each.lint && sql.test(each.sql));
  expect(known.filter((each) => !isFound(each))).toEqual([]);
  expect(beyondTheParser.filter((sql) => !found.some((each) => isUnparsed(each, sql)))).toEqual([]);
});

test('the lints find what they are for', async () => {
  const wrong = (sql: string, isInTransaction = false): Promise<Finding[]> =>
    findings([{ how: 'execute', sql, params: [], isInTransaction }]);
  for (const sql of [
    'select a from t except all select a from u',
    'create table t (rows bigint not null)',
    'insert into t (a, rows, b) select 1, 2, 3',
    'select sum(rows) as n from t',
    'select t.start from t',
    'select typeof(a) from t',
    "select data->>'$.a' from t",
    'select a from',
  ]) {
    expect(await wrong(sql), sql).not.toEqual([]);
  }
  expect(await wrong('create table t (a bigint)')).toEqual([]);
  expect(await wrong('create table t (a bigint)', true)).toHaveLength(1);
  const fine =
    "/* {} */ select 'rows', sum(a) over (order by b rows between unbounded preceding and current row) as row_count from t";
  expect(await wrong(fine)).toEqual([]);
});
