import { expect, test } from 'vitest';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';
import { translator } from '../../support/snowflake-double/sql/translate.ts';
import { contextOf } from './rig.ts';

function refusalOf(translate: () => unknown): string {
  try {
    return `taken: ${String(translate())}`;
  } catch (error) {
    if (error instanceof SqlRefused) return error.code;
    throw error;
  }
}

/** DuckDB takes each of them, or something that looks like it. */
const queries: ReadonlyArray<readonly [code: string, sql: string]> = [
  ['002140', 'select strftime(a) from t'],
  ['002140', 'select list_transform(a, 1) from t'],
  ['002140', 'select arg_max_null(a, b) from t'],
  ['002140', 'select sf_text(a) from t'],
  ['002140', 'select __proto__(a) from t'],
  ['002140', "select epoch_ms(timestamp '2026-01-01')"],
  ['001003', 'select a from t except all select a from u'],
  ['001003', 'select a from'],
  ['001003', 'select a, from t'],
  ['001003', 'select sum(rows) as n from t'],
  ['001003', 'select t.start from t'],
  ['001003', "select data->>'$.a' from t"],
  ['001003', 'select a from t where'],
  ['001003', 'select a from t)'],
  ['001003', 'select a from t positional join u'],
  ['001003', 'select count(*) filter (where a) from t'],
  ['001003', 'select lower(distinct a) from t'],
  ['001003', 'from t'],
  ['002211', 'select lower(a, b) from t'],
  ['002211', 'select lower() from t'],
  ['002211', 'select ? from t'],
  ['000904', 'select a.b.c from t'],
  ['000002', 'select cast(a as hugeint) from t'],
  ['000002', 'select cast(a as uuid) from t'],
  ['000002', 'select typeof(a) from t'],
  ['000002', "select to_char(a, 'IYYY') from t"],
  ['000002', "select regexp_like(a, '(?i)x') from t"],
  ['000002', "select regexp_substr(a, 'x', 2) from t"],
  ['000002', 'select dateadd(nanosecond, 1, a) from t'],
  ['000002', 'select date_part(dayofweek, a) from t'],
  ['000002', 'select row_number() from t'],
  ['000002', 'select * replace (1 as a) from t'],
  ['000002', 'select a from t sample (10)'],
  ['000002', 'select a from t at (offset => -60)'],
  ['000002', 'select a from t group by rollup (a)'],
  ['000002', 'select parse_json(a):b = 1 from t'],
  ['000002', 'select parse_json(a):b in (select b from t) from t'],
  ['000002', 'select parse_json(a):b between 1 and 2 from t'],
  ['000002', 'select parse_json(a):b is distinct from b from t'],
  ['000002', "select case parse_json(a):b when 'x' then 1 end from t"],
  ['000002', "select coalesce(parse_json(a):b, 'x') from t"],
  ['000002', 'select equal_null(parse_json(a), b) from t'],
  ['000002', "select object_construct('a') from t"],
  ['000002', 'select object_construct(a, 1) from t'],
  ['000002', "select convert_timezone('UTC', a) || 'x' from t"],
  ['000002', "select convert_timezone('Europe/Berlin', a) > b from t"],
  ['000002', 'select cast(a as timestamp_ntz(3)) from t'],
  ['000002', "select timestamp '2026-01-01' - timestamp '2025-01-01'"],
];

test.each(queries)('%s: %s', (code, sql) => {
  expect(refusalOf(() => translator.query(sql, contextOf()))).toBe(code);
});

const changes: ReadonlyArray<readonly [code: string, sql: string]> = [
  ['001003', 'insert or replace into t values (1)'],
  ['001003', 'insert into t values (1) returning a'],
  ['001003', 'update t set a = 1 returning a'],
  ['001003', 'merge into t using u on t.a = u.a'],
  ['001003', 'merge into t using u on t.a = u.a when not matched by source then delete'],
  ['001003', 'delete t where a = 1'],
];

test.each(changes)('%s: %s', (code, sql) => {
  expect(refusalOf(() => translator.dml(sql, contextOf()))).toBe(code);
});
