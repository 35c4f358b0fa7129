import { describe, expect, test } from 'vitest';
import { renderModel } from '../../../../transforms/engine/compile/compile.ts';
import type { CompileScope } from '../../../../transforms/engine/compile/compile.ts';
import { load, macros, mart, plainScope, plainVars, rendered } from './temporary-project.ts';
import type { Files } from './temporary-project.ts';

describe('names of the context', () => {
  const cases: readonly (readonly [string, string, string, Files?, Partial<CompileScope>?])[] = [
    ['ref', "{{ ref('fct_orders') }}", 'fct_orders'],
    ['ref with the project', "{{ ref('shop', 'fct_orders') }}", 'fct_orders'],
    [
      'ref of an inlined model',
      "{{ ref('int_orders') }}",
      '(\nselect order_id from stg_orders where 1 = 1\n)',
    ],
    [
      'touched keys reach inlined models',
      "{{ ref('int_orders') }}",
      '(\nselect order_id from stg_orders where order_id in (select touch_key from t)\n)',
      {},
      { touched: 't' },
    ],
    ['var', "{{ var('zone') }} {{ var('rate') + 1 }} {{ var('none', 3) }}", 'Europe/Berlin 8 3'],
    [
      'target',
      '{{ target.name }} {{ target.type }} {{ target["schema"] }} {{ target.threads }}',
      'local duckdb main 4',
    ],
    ['this', '{{ this }} {{ this.schema }} {{ this.identifier }}', 'marts.agg_orders marts agg_orders'],
    ['this of a run', '{{ this }}', 'delta.x', {}, { self: 'delta.x' }],
    ['execute', '{{ execute }}', 'True'],
    ['is_incremental', '{% if is_incremental() %}i{% else %}f{% endif %}', 'f'],
    [
      'is_incremental of a run',
      '{% if is_incremental() %}i{% else %}f{% endif %}',
      'i',
      {},
      { isIncremental: true },
    ],
    [
      'config.get',
      "{{ config(tags=['a']) }}{{ config.get('tags') }} {{ config.get('alias', 'x') }} {{ config.get('materialized') }}",
      "['a'] x None",
    ],
    ['dialect macro', "{{ startswith('a', 'b') }}", 'starts_with(a, b)'],
    ['a macro of dbt by its package', "{{ dbt.string_literal('a') }}", "'a'"],
    ['a macro of dbt by its bare name', "{{ string_literal('a') }}", "'a'"],
    ['a macro of dbt through dispatch', "{{ adapter.dispatch('string_literal', 'dbt')('a') }}", "'a'"],
    [
      'one of the project before it',
      "{{ string_literal('a') }} {{ dbt.string_literal('a') }}",
      '[a] [a]',
      macros('{% macro default__string_literal(x) %}[{{ x }}]{% endmacro %}'),
    ],
    [
      'one for the engine first',
      "{{ adapter.dispatch('pick')() }}",
      'duck',
      macros('{% macro duckdb__pick() %}duck{% endmacro %}{% macro default__pick() %}any{% endmacro %}'),
    ],
    [
      'one of the same name',
      "{{ string_literal('a') }} {{ dbt.string_literal('a') }}",
      "<a> 'a'",
      macros('{% macro string_literal(x) %}<{{ x }}>{% endmacro %}'),
    ],
    [
      'a macro by its package',
      '{{ shop.twice(2) }} {{ twice(3) }}',
      '4 6',
      macros('{% macro twice(x) %}{{ return(x * 2) }}{% endmacro %}'),
    ],
    [
      'macros call each other and see no locals',
      '{% set x = 5 %}{{ outer() }}',
      'inner',
      macros('{% macro inner() %}inner {{ x }}{% endmacro %}{% macro outer() %}{{ inner() }}{% endmacro %}'),
    ],
    [
      'a call block',
      '{% call wrap() %}in{% endcall %}',
      '<in>',
      macros('{% macro wrap() %}<{{ caller() }}>{% endmacro %}'),
    ],
    [
      'ref replaced, the built-in one kept',
      "{{ ref('fct_orders') }}",
      'fct_orders/*mine*/',
      macros('{% macro ref(name) %}{{ builtins.ref(name) }}/*mine*/{% endmacro %}'),
    ],
    [
      'relations are equal by what they print',
      "{% set d = {ref('fct_orders'): 1} %}{{ d[ref('fct_orders')] }}{{ ref('fct_orders') == source('erp', 'orders') }}",
      '1False',
      {
        'models/marts/agg_orders.sql':
          "{% set d = {ref('fct_orders'): 1} %}{{ d[ref('fct_orders')] }}{{ ref('fct_orders') == this }}",
      },
    ],
    [
      'parts of a relation',
      "{% set r = api.Relation.create(database='d', schema='s', identifier='i') %}{{ r }} {{ r.include(database=false) }} {{ r.quote() }} {{ r.schema }} {{ r is mapping }}",
      'd.s.i s.i "d"."s"."i" s True',
    ],
    [
      'json and yaml',
      "{{ tojson({'a': [1, none, 'é']}) }} {{ fromjson('{\"b\": 1.5}').b }} {{ fromyaml('a: [x]').a[0] }}",
      '{"a": [1, null, "\\u00e9"]} 1.5 x',
    ],
    [
      'sets and zip',
      "{{ set([1, 1, 2]) | length }} {{ zip([1, 2], ['a', 'b']) }} {{ set_strict('ab') | length }}",
      "2 [(1, 'a'), (2, 'b')] 2",
    ],
    ['hash', "{{ local_md5('a') }}", '0cc175b9c0f1b6a831c399e269772661'],
    [
      'regular expressions',
      "{{ modules.re.sub('(?P<x>b+)', '<\\g<x>>', 'abba') }} {{ modules.re.match('a(.)', 'ab').group(1) }} {{ modules.re.findall('[0-9]', 'a1b2') }}",
      "a<bb>a b ['1', '2']",
    ],
    [
      'dates',
      "{{ modules.datetime.datetime(2024, 2, 29, 13).strftime('%Y-%m-%d %H:%M') }} {{ modules.datetime.date(2024, 1, 5).isoweekday() }} {{ modules.datetime.datetime.strptime('2024-03-01', '%Y-%m-%d').date() }}",
      '2024-02-29 13:00 5 2024-03-01',
    ],
    ['combinations', "{{ modules.itertools.product('ab', [1]) }}", "[('a', 1), ('b', 1)]"],
    [
      'start of the run',
      "{{ run_started_at.strftime('%Y') }} {{ invocation_id }}",
      '2024 r1',
      {},
      { startedAt: new Date('2024-05-01T00:00:00Z'), runId: 'r1' },
    ],
    [
      'versions and names',
      '{{ dbt_version }} {{ project_name }} {{ flags.FULL_REFRESH }}',
      '1.11.0 shop False',
    ],
    [
      'model and graph',
      "{{ model.name }} {{ graph.nodes['model.shop.fct_orders'].config.materialized }} {{ graph.sources | length }}",
      'agg_orders table 2',
    ],
    ['log prints nothing', "a{{ log('x', info=true) }}{{ print('y') }}b", 'ab'],
    ['undefined attributes chain', '{{ target.nothing.at.all }}x', 'x'],
    ['a name nobody knows is undefined', '{% if nothing is defined %}a{% else %}b{% endif %}', 'b'],
    [
      'prototypes are out of reach',
      '{{ constructor }}{{ target.__proto__ }}{{ dbt.constructor }}{{ modules.toString }}{{ adapter.hasOwnProperty }}x',
      'x',
    ],
    [
      'functions of a scope',
      "{{ mine('a') }}",
      '',
      { 'models/marts/agg_orders.sql': "{% if mine is defined %}{{ mine('a') }}{% endif %}" },
    ],
  ];
  test.each(cases.map((each) => ({ what: each[0], each })))(
    '$what',
    async ({ each: [, sql, expected, files, scope] }) => {
      expect(await rendered(sql, files, scope)).toBe(expected);
    },
  );

  test('env_var reads the environment given, with a default', async () => {
    const project = await load(mart("{{ env_var('A') }} {{ env_var('B', 'b') }}"), { env: { A: 'a' } });
    expect(await renderModel(project, 'agg_orders', plainScope)).toBe('a b');
  });

  test('vars of the command line win', async () => {
    const files = { 'dbt_project.yml': plainVars, ...mart("{{ var('zone') }} {{ var('rate') }}") };
    const project = await load(files, { vars: { zone: 'UTC' } });
    expect(await renderModel(project, 'agg_orders', plainScope)).toBe('UTC 7');
  });

  test('functions and overrides of a scope hide what is built in', async () => {
    const sql = "{{ hash_text('a') }} {{ is_incremental() }} {{ dbt.current_timestamp() }} {{ var('zone') }}";
    const scope = {
      functions: { hash_text: ([text = '']: readonly string[]) => `<${text}>` },
      overrides: {
        macros: { is_incremental: true, 'dbt.current_timestamp': 'now' },
        vars: { zone: 'Z' },
        envVars: {},
      },
    };
    expect(await rendered(sql, {}, scope)).toBe('<a> True now Z');
  });
});
