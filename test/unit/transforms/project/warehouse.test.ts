import { describe, expect, test } from 'vitest';
import type { CompileScope } from '../../../../transforms/engine/compile/compile.ts';
import { macros, rendered } from './temporary-project.ts';

describe('the warehouse is asked while rendering, never while parsing', () => {
  const runQuery = (sql: string): ReturnType<NonNullable<CompileScope['runQuery']>> =>
    Promise.resolve(
      sql.includes('information_schema.columns')
        ? [
            { column_name: 'a', data_type: 'BIGINT' },
            { column_name: 'b', data_type: 'VARCHAR' },
          ]
        : [
            { kind: 'x', n: 1n },
            { kind: 'y', n: 2n },
          ],
    );

  test.each([
    [
      'run_query',
      "{% set t = run_query('select 1') %}{% if execute %}{{ t.columns[0].values() }} {{ t.rows[1]['n'] }} {{ t.column_names }} {% for r in t %}{{ r.kind }}{{ r[1] }},{% endfor %}{% endif %}",
      "('x', 'y') 2 ('kind', 'n') x1,y2,",
    ],
    [
      'statement',
      "{% call statement('s', fetch_result=true) %}select {{ 1 }}{% endcall %}{% if execute %}{{ load_result('s').table.columns['n'].values() }} {{ load_result('s')['data'][0][0] }}{% endif %}",
      '(1, 2) x',
    ],
    [
      'columns',
      "{% for c in adapter.get_columns_in_relation(ref('fct_orders')) %}{{ c.name }}:{{ c.data_type }}:{{ c.is_string() }} {% endfor %}",
      'a:BIGINT:False b:VARCHAR:True',
    ],
    ['in a macro', '{{ kinds() | join(",") }}', 'x,y'],
  ])('%s', async (_, sql, expected) => {
    const files = macros(
      "{% macro kinds() %}{% set t = run_query('q') %}{% if execute %}{{ return(t.columns[0].values()) }}{% endif %}{{ return([]) }}{% endmacro %}",
    );
    expect(await rendered(sql, files, { relation: (name) => `marts.${name}`, runQuery })).toBe(expected);
  });

  test('without one, asking is a typed error at the call', async () => {
    await expect(rendered("x\n{% set t = run_query('q') %}")).rejects.toMatchObject({
      code: 'COMPILE_NEEDS_WAREHOUSE',
      where: expect.stringContaining('agg_orders.sql:2:12') as string,
    });
  });
});
