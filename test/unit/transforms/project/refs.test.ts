import { describe, expect, test } from 'vitest';
import { renderModel } from '../../../../transforms/engine/compile/compile.ts';
import { mustModel } from '../../../../transforms/engine/project/laws.ts';
import { load, macros, mart, plainScope, rendered } from './temporary-project.ts';
import type { Files } from './temporary-project.ts';

describe('refs are found by rendering without a warehouse', () => {
  const cases: readonly (readonly [string, string, readonly string[], Files?])[] = [
    [
      'in the order of appearance, once',
      "{{ ref('int_orders') }} {{ ref('fct_orders') }} {{ ref('int_orders') }}",
      ['int_orders', 'fct_orders'],
    ],
    [
      'in loops',
      "{% for name in ['fct_orders', 'int_orders'] %}{{ ref(name) }}{% endfor %}",
      ['fct_orders', 'int_orders'],
    ],
    [
      'in macros',
      '{{ both() }}',
      ['fct_orders'],
      macros("{% macro both() %}{{ ref('fct_orders') }}{% endmacro %}"),
    ],
    ['as arguments', "{{ asof_join(ref('fct_orders'), 'a', 'b', 'c') }}", ['fct_orders']],
    [
      'in both branches of is_incremental',
      "{% if is_incremental() %}{{ ref('fct_orders') }}{% else %}{{ ref('int_orders') }}{% endif %}",
      ['int_orders', 'fct_orders'],
    ],
    ['in comments of SQL that say so', "-- depends_on: {{ ref('fct_orders') }}\nselect 1", ['fct_orders']],
    ['not in comments of the template', "{# {{ ref('fct_orders') }} #}select 1", []],
    ['not where a var says no', "{% if var('x', false) %}{{ ref('fct_orders') }}{% endif %}", []],
  ];
  test.each(cases.map((each) => ({ what: each[0], each })))(
    '$what',
    async ({ each: [, sql, refs, files = {}] }) => {
      const project = await load({ ...mart(sql), ...files });
      const model = mustModel(project, 'agg_orders');
      expect(model.refs).toEqual(refs);
      const used: string[] = [];
      for (const isIncremental of [false, true]) {
        const relation = (name: string): string => {
          used.push(name);
          return name;
        };
        await renderModel(project, 'agg_orders', { ...plainScope, relation, isIncremental });
      }
      const stored = refs.map((ref) => (ref === 'int_orders' ? 'stg_orders' : ref));
      expect(new Set(used)).toEqual(new Set(stored));
    },
  );

  test('a ref that shows only while rendering says how to declare it', async () => {
    await expect(rendered("{% if execute %}{{ ref('fct_orders') }}{% endif %}")).rejects.toMatchObject({
      code: 'COMPILE_UNDECLARED_REF',
      remedy: expect.stringContaining("-- depends_on: {{ ref('fct_orders') }}") as string,
    });
  });
});
