import { beforeAll, expect, it } from 'vitest';
import { loadParser, parseSql } from '../../../../semantic/sql/parse.ts';
import { Refusal } from '../../../../semantic/sql/planner/refusal.ts';
import { sqlOf } from '../../../../semantic/sql/planner/sql-of.ts';

beforeAll(() => loadParser());

function rewritten(sql: string): string {
  const [statement] = parseSql(sql);
  if (statement === undefined) throw new Error('no statement');
  return sqlOf(statement.node).replaceAll(/\s+/g, ' ');
}

// The deparser alone leaves out parentheses, quotes and WITH TIES: some of these would mean something else.
it.each([
  'select (not a) is null, not (a is null), (a in (1, 2)) = b, (a like b) like c, (a between 1 and 2) is true from t',
  `select -(a + b), a - (b - c), a * (b + c), (x || y) collate "C", (a + b) at time zone 'u', (a, b) = (c, d) from t`,
  'select a not in (select 1) and b = any (array[1]), (a or b) is not true, (a < b) is distinct from c from t',
  'select a from t order by 1 offset 1 fetch first 5 rows with ties',
  'with recursive "$q" (a) as (select 1 union all select a + 1 from "$q") select * from "$q"',
  'select * from f(1) as "$F" (a int, "B c" text)',
  'select * from ((t join u using (a) as "X$") as "Y$" cross join v)',
])('%s', (sql) => {
  // Throws where what was written is another statement.
  expect(rewritten(rewritten(sql))).toBe(rewritten(sql));
});

it('keeps what it is about', () => {
  expect(rewritten('select (not a) is null from t')).toBe('SELECT ((NOT (a)) IS NULL) FROM t');
  expect(rewritten('select a from t order by 1 fetch first 2 rows with ties')).toMatch(/WITH TIES$/);
});

it('refuses what it cannot write', () => {
  expect(() => rewritten('select a from t group by distinct a')).toThrow(Refusal);
  expect(() => rewritten(`select * from json_table('[]', '$' columns (a int path '$.a'))`)).toThrow(Refusal);
});
