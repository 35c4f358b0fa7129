import { expect, test } from 'vitest';
import { oneStatement, splitStatements } from '../../../../transforms/engine/warehouse/statements.ts';

const source = { name: 'm', file: 'models/m.sql' };

test.each([
  "select ';' as a",
  "select 'it''s; fine'",
  'select 1 as ";"',
  'select $$ ; $$, $tag$ ; $$ ; $tag$',
  "select e'\\'; ' as a",
  'select 1 -- ; drop table t',
  'select /* ; /* nested ; */ ; */ 1',
])('no semicolon of %j ends a statement', (sql) => {
  expect(oneStatement(sql, 'duckdb', source)).toBe(sql);
  expect(splitStatements(sql, 'duckdb')).toHaveLength(1);
});

test.each([
  ['select 1;', 'select 1'],
  ['select 1 ; -- done\n', 'select 1'],
  ['select 1;\n/* that was all */ ;', 'select 1'],
])('what ends %j is taken off', (sql, expected) => {
  expect(oneStatement(sql, 'duckdb', source)).toBe(expected);
});

test('Snowflake has its own quotes and comments', () => {
  const sql = "select 'a\\'; b' // ; c\n, 1";
  expect(oneStatement(sql, 'snowflake', source)).toBe(sql);
  expect(splitStatements('select /* /* ; */ 1; select 2', 'snowflake')).toHaveLength(2);
});

test('a second statement is refused with its place in the template, where that can be told', () => {
  const sql = 'select 1;\n\n-- now\n  drop table marts.fct_orders';
  const several = {
    code: 'TRANSFORM_SEVERAL_STATEMENTS',
    message: expect.stringContaining('drop table') as string,
  };
  const refused = (rawCode: string | undefined): unknown => {
    try {
      return oneStatement(sql, 'duckdb', { ...source, rawCode });
    } catch (error) {
      return error;
    }
  };
  expect(refused(`{{ config() }}\n\n${sql}`)).toMatchObject({ ...several, where: 'models/m.sql:6:3' });
  expect(refused('{% for x in y %}...')).toMatchObject({ ...several, where: 'models/m.sql:1' });
  expect(refused(undefined)).toMatchObject({ ...several, where: 'models/m.sql' });
});
