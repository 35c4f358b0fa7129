import { expect, test } from 'vitest';
import { selectParts, unreadable } from '../../../transforms/engine/stage/select-items.ts';

const filtered =
  "(select * from raw.t where _batch_id in (select 'a, b' union all select 'from ') and _op <> 't')";

test('a SELECT over raw rows is taken apart into columns and what they are made from', () => {
  const parts = selectParts(`select
  cast((data->>'$.id') as bigint) as order_id,
  coalesce(data->>'$.name', data->>'$.title', 'a, from b') as label,
  cast(data['sum'] as varchar) as total,
  get_path(data, '"place"."city"') as city,
  _op, _position
from ${filtered} where (data->>'$.kind') = 'x'`);
  expect(parts?.items.map(({ column, reads }) => [column, ...reads])).toEqual([
    ['order_id', 'id'],
    ['label', 'name', 'title'],
    ['total', 'sum'],
    ['city', 'place'],
    ['_op'],
    ['_position'],
  ]);
  expect(parts?.readElsewhere).toEqual(['kind']);
});

test.each([
  ['a common table expression', `with a as (select 1) select a.b as b from a`],
  [
    'two SELECTs',
    `select data->>'$.a' as a from ${filtered} union all select data->>'$.a' as a from ${filtered}`,
  ],
  ['DISTINCT', `select distinct data->>'$.a' as a from ${filtered}`],
  ['a column without a name', `select data->>'$.a' from ${filtered}`],
])('%s is left alone', (_, sql) => {
  expect(selectParts(sql)).toBeUndefined();
});

const item = (expression: string, reads: readonly string[] = ['a']) => ({ column: 'c', expression, reads });

test('what cannot be read is found without failing, in either engine', () => {
  expect(unreadable.duckdb(item("(data->>'$.a')"))).toBeUndefined();
  expect(unreadable.duckdb(item("cast((data->>'$.a') as date)"))).toBe(
    "try(struct_pack(v := cast((data->>'$.a') as date))) is null",
  );
  expect(
    unreadable.duckdb(item("case when a like 'x' then error('a is no b: ' || a) else cast(a as date) end")),
  ).toBe("coalesce(a like 'x', false) or try(struct_pack(v := cast(a as date))) is null");
  // TRY takes no function that may fail at will.
  expect(unreadable.duckdb(item("if(a, error('x'), 1)"))).toBeUndefined();
  expect(unreadable.snowflake(item("cast(data['a'] as varchar)"))).toBeUndefined();
  expect(unreadable.snowflake(item("cast(cast(data['a'] as varchar) as number(14,2))"))).toBe(
    "cast(data['a'] as varchar) is not null and (try_cast(cast(data['a'] as varchar) as number(14,2))) is null",
  );
});
