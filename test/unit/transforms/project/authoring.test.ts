import { describe, expect, test } from 'vitest';
import { fingerprint, renderDataTest, renderMapping, renderModel, renderTest, renderText } from '../../../../transforms/engine/compile/compile.ts';
import type { CompileScope } from '../../../../transforms/engine/compile/compile.ts';
import { mustModel } from '../../../../transforms/engine/project/laws.ts';
import type { Project } from '../../../../transforms/engine/project/model.ts';
import { load, mart, plainScope } from './temporary-project.ts';
import type { Files } from './temporary-project.ts';

const plainVars = "name: shop\nprofile: shop\nvars:\n  zone: Europe/Berlin\n  shop: { rate: 7 }\n";

async function rendered(sql: string, files: Files = {}, scope: Partial<CompileScope> = {}): Promise<string> {
  const project = await load({ 'dbt_project.yml': plainVars, ...mart(sql), ...files });
  return await renderModel(project, 'agg_orders', { ...plainScope, ...scope });
}

const macros = (text: string): Files => ({ 'macros/m.sql': text });

describe('names of the context', () => {
  test.each<readonly [string, string, string, Files?, Partial<CompileScope>?]>([
    ['ref', "{{ ref('fct_orders') }}", 'fct_orders'],
    ['ref with the project', "{{ ref('shop', 'fct_orders') }}", 'fct_orders'],
    ['ref of an inlined model', "{{ ref('int_orders') }}", '(\nselect order_id from stg_orders where 1 = 1\n)'],
    ['touched keys reach inlined models', "{{ ref('int_orders') }}", '(\nselect order_id from stg_orders where order_id in (select touch_key from t)\n)', {}, { touched: 't' }],
    ['var', "{{ var('zone') }} {{ var('rate') + 1 }} {{ var('none', 3) }}", 'Europe/Berlin 8 3'],
    ['target', '{{ target.name }} {{ target.type }} {{ target["schema"] }} {{ target.threads }}', 'local duckdb main 4'],
    ['this', '{{ this }} {{ this.schema }} {{ this.identifier }}', 'marts.agg_orders marts agg_orders'],
    ['this of a run', '{{ this }}', 'delta.x', {}, { self: 'delta.x' }],
    ['execute', '{{ execute }}', 'True'],
    ['is_incremental', '{% if is_incremental() %}i{% else %}f{% endif %}', 'f'],
    ['is_incremental of a run', '{% if is_incremental() %}i{% else %}f{% endif %}', 'i', {}, { isIncremental: true }],
    ['config.get', "{{ config(tags=['a']) }}{{ config.get('tags') }} {{ config.get('alias', 'x') }} {{ config.get('materialized') }}", "['a'] x None"],
    ['dialect macro', "{{ minor('a') }}", 'cast(round((a) * 100) as bigint)'],
    ['a macro of dbt by its package', "{{ dbt.string_literal('a') }}", "'a'"],
    ['a macro of dbt by its bare name', "{{ string_literal('a') }}", "'a'"],
    ['a macro of dbt through dispatch', "{{ adapter.dispatch('string_literal', 'dbt')('a') }}", "'a'"],
    ['one of the project before it', "{{ string_literal('a') }} {{ dbt.string_literal('a') }}", '[a] [a]', macros('{% macro default__string_literal(x) %}[{{ x }}]{% endmacro %}')],
    ['one for the engine first', "{{ adapter.dispatch('pick')() }}", 'duck', macros('{% macro duckdb__pick() %}duck{% endmacro %}{% macro default__pick() %}any{% endmacro %}')],
    ['one of the same name', "{{ string_literal('a') }} {{ dbt.string_literal('a') }}", "<a> 'a'", macros('{% macro string_literal(x) %}<{{ x }}>{% endmacro %}')],
    ['a macro by its package', '{{ shop.twice(2) }} {{ twice(3) }}', '4 6', macros('{% macro twice(x) %}{{ return(x * 2) }}{% endmacro %}')],
    ['macros call each other and see no locals', '{% set x = 5 %}{{ outer() }}', 'inner', macros('{% macro inner() %}inner {{ x }}{% endmacro %}{% macro outer() %}{{ inner() }}{% endmacro %}')],
    ['a call block', '{% call wrap() %}in{% endcall %}', '<in>', macros('{% macro wrap() %}<{{ caller() }}>{% endmacro %}')],
    ['ref replaced, the built-in one kept', "{{ ref('fct_orders') }}", 'fct_orders/*mine*/', macros("{% macro ref(name) %}{{ builtins.ref(name) }}/*mine*/{% endmacro %}")],
    ['relations are equal by what they print', "{% set d = {ref('fct_orders'): 1} %}{{ d[ref('fct_orders')] }}{{ ref('fct_orders') == source('erp', 'orders') }}", '1False', { 'models/marts/agg_orders.sql': "{% set d = {ref('fct_orders'): 1} %}{{ d[ref('fct_orders')] }}{{ ref('fct_orders') == this }}" }],
    ['parts of a relation', "{% set r = api.Relation.create(database='d', schema='s', identifier='i') %}{{ r }} {{ r.include(database=false) }} {{ r.quote() }} {{ r.schema }} {{ r is mapping }}", 'd.s.i s.i "d"."s"."i" s True'],
    ['json and yaml', "{{ tojson({'a': [1, none, 'é']}) }} {{ fromjson('{\"b\": 1.5}').b }} {{ fromyaml('a: [x]').a[0] }}", '{"a": [1, null, "\\u00e9"]} 1.5 x'],
    ['sets and zip', "{{ set([1, 1, 2]) | length }} {{ zip([1, 2], ['a', 'b']) }} {{ set_strict('ab') | length }}", "2 [(1, 'a'), (2, 'b')] 2"],
    ['hash', "{{ local_md5('a') }}", '0cc175b9c0f1b6a831c399e269772661'],
    ['regular expressions', "{{ modules.re.sub('(?P<x>b+)', '<\\g<x>>', 'abba') }} {{ modules.re.match('a(.)', 'ab').group(1) }} {{ modules.re.findall('[0-9]', 'a1b2') }}", "a<bb>a b ['1', '2']"],
    ['dates', "{{ modules.datetime.datetime(2024, 2, 29, 13).strftime('%Y-%m-%d %H:%M') }} {{ modules.datetime.date(2024, 1, 5).isoweekday() }} {{ modules.datetime.datetime.strptime('2024-03-01', '%Y-%m-%d').date() }}", '2024-02-29 13:00 5 2024-03-01'],
    ['combinations', "{{ modules.itertools.product('ab', [1]) }}", "[('a', 1), ('b', 1)]"],
    ['start of the run', "{{ run_started_at.strftime('%Y') }} {{ invocation_id }}", '2024 r1', {}, { startedAt: new Date('2024-05-01T00:00:00Z'), runId: 'r1' }],
    ['versions and names', '{{ dbt_version }} {{ project_name }} {{ flags.FULL_REFRESH }}', '1.11.0 shop False'],
    ['model and graph', "{{ model.name }} {{ graph.nodes['model.shop.fct_orders'].config.materialized }} {{ graph.sources | length }}", 'agg_orders table 2'],
    ['log prints nothing', "a{{ log('x', info=true) }}{{ print('y') }}b", 'ab'],
    ['undefined attributes chain', "{{ target.nothing.at.all }}x", 'x'],
    ['a name nobody knows is undefined', '{% if nothing is defined %}a{% else %}b{% endif %}', 'b'],
    ['prototypes are out of reach', '{{ constructor }}{{ target.__proto__ }}{{ dbt.constructor }}{{ modules.toString }}{{ adapter.hasOwnProperty }}x', 'x'],
    ['functions of a scope', "{{ mine('a') }}", '', { 'models/marts/agg_orders.sql': "{% if mine is defined %}{{ mine('a') }}{% endif %}" }],
  ])('%s', async (_, sql, expected, files, scope) => {
    expect(await rendered(sql, files, scope)).toBe(expected);
  });

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
    const sql = "{{ minor('a') }} {{ is_incremental() }} {{ dbt.current_timestamp() }} {{ var('zone') }}";
    const scope = {
      functions: { minor: ([text = '']: readonly string[]) => `<${text}>` },
      overrides: { macros: { is_incremental: true, 'dbt.current_timestamp': 'now' }, vars: { zone: 'Z' }, envVars: {} },
    };
    expect(await rendered(sql, {}, scope)).toBe('<a> True now Z');
  });
});

describe('the warehouse is asked while rendering, never while parsing', () => {
  const runQuery = (sql: string): ReturnType<NonNullable<CompileScope['runQuery']>> =>
    Promise.resolve(
      sql.includes('information_schema.columns')
        ? [{ column_name: 'a', data_type: 'BIGINT' }, { column_name: 'b', data_type: 'VARCHAR' }]
        : [{ kind: 'x', n: 1n }, { kind: 'y', n: 2n }],
    );

  test.each([
    ['run_query', "{% set t = run_query('select 1') %}{% if execute %}{{ t.columns[0].values() }} {{ t.rows[1]['n'] }} {{ t.column_names }} {% for r in t %}{{ r.kind }}{{ r[1] }};{% endfor %}{% endif %}", "('x', 'y') 2 ('kind', 'n') x1;y2;"],
    ['statement', "{% call statement('s', fetch_result=true) %}select {{ 1 }}{% endcall %}{% if execute %}{{ load_result('s').table.columns['n'].values() }} {{ load_result('s')['data'][0][0] }}{% endif %}", '(1, 2) x'],
    ['columns', "{% for c in adapter.get_columns_in_relation(ref('fct_orders')) %}{{ c.name }}:{{ c.data_type }}:{{ c.is_string() }} {% endfor %}", 'a:BIGINT:False b:VARCHAR:True'],
    ['in a macro', '{{ kinds() | join(",") }}', 'x,y'],
  ])('%s', async (_, sql, expected) => {
    const files = macros("{% macro kinds() %}{% set t = run_query('q') %}{% if execute %}{{ return(t.columns[0].values()) }}{% endif %}{{ return([]) }}{% endmacro %}");
    expect(await rendered(sql, files, { relation: (name) => `marts.${name}`, runQuery })).toBe(expected);
  });

  test('without one, asking is a typed error at the call', async () => {
    await expect(rendered("x\n{% set t = run_query('q') %}")).rejects.toMatchObject({
      code: 'COMPILE_NEEDS_WAREHOUSE',
      where: expect.stringContaining('agg_orders.sql:2:12') as string,
    });
  });
});

describe('refs are found by rendering without a warehouse', () => {
  test.each<readonly [string, string, readonly string[], Files?]>([
    ['in the order of appearance, once', "{{ ref('stg_orders') }} {{ ref('fct_orders') }} {{ ref('stg_orders') }}", ['stg_orders', 'fct_orders']],
    ['in loops', "{% for name in ['fct_orders', 'int_orders'] %}{{ ref(name) }}{% endfor %}", ['fct_orders', 'int_orders']],
    ['in macros', '{{ both() }}', ['fct_orders'], macros("{% macro both() %}{{ ref('fct_orders') }}{% endmacro %}")],
    ['as arguments', "{{ asof_join(ref('fct_orders'), 'a', 'b', 'c') }}", ['fct_orders']],
    ['in both branches of is_incremental', "{% if is_incremental() %}{{ ref('fct_orders') }}{% else %}{{ ref('int_orders') }}{% endif %}", ['int_orders', 'fct_orders']],
    ['in comments of SQL that say so', "-- depends_on: {{ ref('fct_orders') }}\nselect 1", ['fct_orders']],
    ['not in comments of the template', "{# {{ ref('fct_orders') }} #}select 1", []],
    ['not where a var says no', "{% if var('x', false) %}{{ ref('fct_orders') }}{% endif %}", []],
  ])('%s', async (_, sql, refs, files = {}) => {
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
  });

  test('a ref that shows only while rendering says how to declare it', async () => {
    await expect(rendered("{% if execute %}{{ ref('fct_orders') }}{% endif %}")).rejects.toMatchObject({
      code: 'COMPILE_UNDECLARED_REF',
      remedy: expect.stringContaining("-- depends_on: {{ ref('fct_orders') }}") as string,
    });
  });
});

describe('settings', () => {
  const tree = `name: shop
profile: shop
models:
  +tags: [all]
  +meta: { owner: data, level: 1 }
  shop:
    marts:
      +materialized: view
      +schema: "{{ var('where', 'finance') }}"
      agg_orders:
        +tags: one
`;
  const marts = (config: string): string =>
    `models:\n  - name: fct_orders\n    description: x\n  - name: agg_orders\n    config: ${config}\n`;

  test('the file wins over YAML, YAML over the project; tags add up and meta merges', async () => {
    const project = await load({
      'dbt_project.yml': tree,
      'models/marts/_marts.yml': marts("{ materialized: table, tags: [yaml], meta: { level: 2 }, alias: one }"),
      ...mart("{{ config(tags=['file', 'yaml'], meta={'from': 'file'}, alias='two') }}select 1 as x"),
    });
    const { config, materialization } = mustModel(project, 'agg_orders');
    expect(materialization).toEqual({ kind: 'table', uniqueKey: undefined });
    expect(config.tags).toEqual(['all', 'one', 'yaml', 'file']);
    expect(config.meta).toEqual({ owner: 'data', level: 2, from: 'file' });
    expect([config.alias, config.schema, config.onSchemaChange]).toEqual(['two', 'marts_finance', 'fail']);
    const other = mustModel(project, 'fct_orders');
    expect([other.materialization.kind, other.config.tags]).toEqual(['view', ['all']]);
  });

  test('layers are schemas; macros of the project decide otherwise', async () => {
    const files = {
      'dbt_project.yml': tree,
      ...macros(
        "{% macro generate_schema_name(custom_schema_name, node) %}{{ target.name }}_{{ custom_schema_name or node.name }}{% endmacro %}{% macro generate_alias_name(custom_alias_name=none, node=none) %}v_{{ node.name }}{% endmacro %}",
      ),
    };
    const { config } = mustModel(await load(files), 'agg_orders');
    expect([config.schema, config.alias]).toEqual(['local_finance', 'v_agg_orders']);
    expect(mustModel(await load({}), 'agg_orders').config.schema).toBe('marts');
  });

  test('a disabled model is gone, with its tests', async () => {
    const project = await load({ ...mart('{{ config(enabled=false) }}select 1 as x') });
    expect(project.models.has('agg_orders')).toBe(false);
    const other = await load({ 'dbt_project.yml': "name: shop\nprofile: shop\nvars: { on: false }\nmodels:\n  shop:\n    marts:\n      agg_orders:\n        +enabled: \"{{ var('on') | as_bool }}\"\n".replace('{ on:', "{ 'on':") });
    expect(other.models.has('agg_orders')).toBe(false);
  });

  test.each([
    ['{ materialized: incremental }', { kind: 'incremental', strategy: 'append', uniqueKey: [] }],
    ['{ materialized: incremental, unique_key: a }', { kind: 'incremental', strategy: 'merge', uniqueKey: ['a'] }],
    ['{ materialized: incremental, unique_key: [a, b], incremental_strategy: delete+insert }', { kind: 'incremental', strategy: 'delete+insert', uniqueKey: ['a', 'b'] }],
    ['{ materialized: view }', { kind: 'view' }],
    ['{ materialized: table, unique_key: a }', { kind: 'table', uniqueKey: 'a' }],
    ['{}', { kind: 'table', uniqueKey: undefined }],
  ])('%s', async (config, expected) => {
    const project = await load({ 'models/marts/_marts.yml': marts(config) });
    expect(mustModel(project, 'agg_orders').materialization).toEqual(expected);
  });

  test('what has no effect and what matches nothing is told of', async () => {
    const warnings: string[] = [];
    await load(
      { 'dbt_project.yml': 'name: shop\nprofile: shop\nmodels:\n  shop:\n    mart: { +transient: true }\n    marts: { +transient: true }\n' },
      { onWarning: (message) => warnings.push(message) },
    );
    expect(warnings.join('\n')).toMatch(/dbt_project.yml:6:14: transient has no effect here/);
    expect(warnings.join('\n')).toMatch(/dbt_project.yml:5:5: models.shop.mart matches no node/);
    expect(warnings).toHaveLength(2);
  });

  test('a target is chosen by name, the others are not rendered', async () => {
    const files = {
      'profiles.yml': "shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb }\n    prod:\n      type: snowflake\n      account: \"{{ env_var('ACCOUNT') }}\"\n      password: \"{{ env_var('DBT_ENV_SECRET_P') }}\"\n      threads: \"{{ env_var('THREADS', '8') | as_number }}\"\n",
      ...mart("{{ target.name }} {{ target.account }} {{ target.threads }} {{ target.password }}|"),
    };
    expect((await load(files)).authoring.environment.target).toMatchObject({ name: 'dev', type: 'duckdb', threads: 4 });
    const project = await load(files, { target: 'prod', env: { ACCOUNT: 'acme', DBT_ENV_SECRET_P: 'hush' } });
    expect(await renderModel(project, 'agg_orders', { ...plainScope, dialect: 'snowflake' })).toBe('prod acme 8 |');
    expect(JSON.stringify(project.authoring.environment.target)).not.toContain('hush');
  });

  test('hooks are kept as written and may read secrets when they run', async () => {
    const project = await load({
      'dbt_project.yml': "name: shop\nprofile: shop\non-run-end: \"grant x to {{ target.name }}\"\nmodels:\n  +post-hook: \"select '{{ this }}'\"\n",
      ...mart("{{ config(post_hook=\"select '{{ env_var('DBT_ENV_SECRET_A') }}'\") }}select 1 as x"),
    }, { env: { DBT_ENV_SECRET_A: 's' } });
    const model = mustModel(project, 'agg_orders');
    expect(model.config.postHook).toEqual(["select '{{ this }}'", "select '{{ env_var('DBT_ENV_SECRET_A') }}'"]);
    expect(project.authoring.onRunEnd).toEqual(['grant x to {{ target.name }}']);
    const place = { file: 'hook', line: 1, column: 1 };
    const texts = await Promise.all(model.config.postHook.map((text) => renderText(project, text, place, { ...plainScope, model, isHook: true })));
    expect(texts).toEqual(["select 'marts.agg_orders'", "select 's'"]);
  });
});

describe('fingerprints', () => {
  const of = async (files: Files, options = {}): Promise<Readonly<Record<string, string>>> => {
    const project = await load(files, options);
    return Object.fromEntries(project.order.map((name) => [name, fingerprint(project, name, 'duckdb')]));
  };
  const changedBy = async (before: Files, after: Files, options: [object, object] = [{}, {}]): Promise<string[]> => {
    const [a, b] = [await of(before, options[0]), await of(after, options[1])];
    return Object.keys(a).filter((name) => a[name] !== b[name]);
  };

  test.each<readonly [string, Files, Files, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['the SQL', {}, mart("select count(*) as n from {{ ref('fct_orders') }}"), ['agg_orders']],
    ['comments and blanks', {}, mart("-- how many\nselect  count(*) as orders\nfrom {{ ref('fct_orders') }}"), []],
    ['blanks inside a text', mart("select 'a b' as x"), mart("select 'a  b' as x"), ['agg_orders']],
    ['an inlined model', {}, { 'models/intermediate/int_orders.sql': "select order_id, 1 as one from {{ ref('stg_orders') }} where {{ touched('order_id') }}" }, ['int_orders', 'fct_orders']],
    ['a stored model', {}, { 'models/staging/stg_orders.sql': "select {{ field_as('id', 'text', 'order_id') }} from {{ source('erp', 'orders') }}" }, ['stg_orders']],
    ['the touched expression', {}, { 'models/intermediate/int_orders.sql': "select order_id from {{ ref('stg_orders') }} where {{ touched('order_id + 1') }}" }, ['int_orders', 'fct_orders']],
    ['the incremental branch', mart('select 1 as x {% if is_incremental() %}where 1 = 0{% endif %}'), mart('select 1 as x {% if is_incremental() %}where 1 = 1{% endif %}'), ['agg_orders']],
    ['the materialization', {}, { ...mart("{{ config(materialized='view') }}select count(*) as orders from {{ ref('fct_orders') }}") }, ['agg_orders']],
    ['the description', {}, { 'models/marts/_marts.yml': 'models:\n  - name: fct_orders\n    description: other\n    config: { materialized: table, unique_key: order_id }\n  - name: agg_orders\n' }, []],
    ['a macro that is used', { ...mart('{{ m() }}'), ...macros('{% macro m() %}select 1 as x{% endmacro %}') }, { ...mart('{{ m() }}'), ...macros('{% macro m() %}select 2 as x{% endmacro %}') }, ['agg_orders']],
    ['a macro that is not', macros('{% macro m() %}select 1 as x{% endmacro %}'), macros('{% macro m() %}select 2 as x{% endmacro %}'), []],
    ['a macro behind execute', { ...mart('select 1 as x {% if execute %}{{ m() }}{% endif %}'), ...macros('{% macro m() %}, 1{% endmacro %}') }, { ...mart('select 1 as x {% if execute %}{{ m() }}{% endif %}'), ...macros('{% macro m() %}, 2{% endmacro %}') }, ['agg_orders']],
    ['the text behind execute', mart('select 1 as x {% if execute %}, 1{% endif %}'), mart('select 1 as x {% if execute %}, 2{% endif %}'), ['agg_orders']],
  ])('%s', async (_, before, after, changed) => {
    expect(await changedBy(before, after)).toEqual(changed);
  });

  test('a var counts for the models that read it', async () => {
    const files = mart("select '{{ var('a', 1) }}' as x");
    expect(await changedBy(files, files, [{ vars: { a: 1, b: 1 } }, { vars: { a: 1, b: 2 } }])).toEqual([]);
    expect(await changedBy(files, files, [{ vars: { a: 1 } }, { vars: { a: 2 } }])).toEqual(['agg_orders']);
  });

  test('it stays the same from load to load, and differs between engines where the SQL does', async () => {
    const sql = "select {{ day_of_week('d') }} as x, '{{ run_started_at }}{{ invocation_id }}' as y";
    expect(await changedBy(mart(sql), mart(sql))).toEqual([]);
    const project = await load(mart(sql));
    expect(fingerprint(project, 'agg_orders', 'duckdb')).not.toBe(fingerprint(project, 'agg_orders', 'snowflake'));
  });
});

describe('tests as data', () => {
  const entry = (tests: string): Files => ({
    'models/marts/_marts.yml': `models:\n  - name: fct_orders\n  - name: agg_orders\n    columns:\n      - name: orders\n        data_tests:\n${tests}`,
  });
  const testsOf = (project: Project): Project['tests'][number][] | unknown =>
    mustModel(project, 'agg_orders').tests.map(({ name, uniqueId, kind, refs, config }) => ({ name, id: uniqueId, kind, refs, severity: config.severity }));

  test('names and ids are those that dbt gives', async () => {
    const project = await load(entry("          - not_null\n          - relationships: { arguments: { to: ref('fct_orders'), field: order_id } }\n          - accepted_values: { arguments: { values: [one, two, three, four, five, six], quote: true } }\n"));
    expect(testsOf(project)).toEqual([
      { name: 'not_null_agg_orders_orders', id: 'test.shop.not_null_agg_orders_orders.ef30ae2bb8', kind: 'not_null', refs: ['agg_orders'], severity: 'error' },
      { name: 'relationships_agg_orders_orders__order_id__ref_fct_orders_', id: 'test.shop.relationships_agg_orders_orders__order_id__ref_fct_orders_.bd87791fec', kind: 'relationships', refs: ['agg_orders', 'fct_orders'], severity: 'error' },
      { name: 'accepted_values_agg_orders_orders__True__one__two__three__four__five__six', id: 'test.shop.accepted_values_agg_orders_orders__True__one__two__three__four__five__six.cbf9bb7e3d', kind: 'accepted_values', refs: ['agg_orders'], severity: 'error' },
    ]);
    expect(mustModel(project, 'agg_orders').tests[2]?.alias).toBe('accepted_values_agg_orders_fb11f5e12971e664848e61690b9c0532');
  });

  test('all settings of a test, its own before those of the project', async () => {
    const project = await load({
      'dbt_project.yml': 'name: shop\nprofile: shop\ndata_tests:\n  +severity: warn\n  +tags: [all]\n',
      ...entry("          - unique:\n              name: mine\n              config: { error_if: '>10', warn_if: '!= 0', where: \"x = 1\", limit: 5, store_failures: true, fail_calc: sum(n), tags: [own], meta: { a: 1 } }\n"),
    });
    const [only] = mustModel(project, 'agg_orders').tests;
    expect(only).toMatchObject({
      name: 'mine',
      line: 7,
      config: { severity: 'warn', errorIf: '>10', warnIf: '!= 0', where: 'x = 1', limit: 5, storeFailures: true, failCalc: 'sum(n)', tags: ['all', 'own'], meta: { a: 1 } },
    });
  });

  test('a test of the project gets rows, column and arguments; its refs are inputs', async () => {
    const project = await load({
      ...entry("          - at_least: { arguments: { least: 3, of: ref('fct_orders') } }\n          - at_least: { config: { enabled: false } }\n"),
      'tests/generic/at_least.sql': "{% test at_least(model, column_name, least=1, of=none) %}select * from {{ model }} where {{ column_name }} < {{ least }} or {{ column_name }} in (select x from {{ of }}){% endtest %}",
    });
    const [only, ...others] = mustModel(project, 'agg_orders').tests;
    expect(others).toEqual([]);
    if (only === undefined) throw new Error('the test is missing');
    expect(only.refs).toEqual(['agg_orders', 'fct_orders']);
    expect(await renderDataTest(project, only, { ...plainScope, rows: 'delta.new' })).toBe(
      'select * from delta.new where orders < 3 or orders in (select x from fct_orders)',
    );
  });

  test('a test of its own: settings in the file and in YAML', async () => {
    const project = await load({
      'tests/assert_some.sql': "{{ config(severity='warn') }}\nselect * from {{ ref('fct_orders') }} where {{ touched_in_run('a', {'fct_orders': 'a'}) }}",
      'tests/_tests.yml': 'data_tests:\n  - name: assert_some\n    description: Some.\n    config: { tags: [x] }\n',
    });
    const [only] = project.tests;
    if (only === undefined) throw new Error('the test is missing');
    expect(only).toMatchObject({ name: 'assert_some', description: 'Some.', refs: ['fct_orders'], config: { severity: 'warn', tags: ['x'] } });
    expect(await renderTest(project, only, plainScope)).toBe('select * from fct_orders where 1 = 1');
  });

  test('unit tests with dicts, CSV, SQL and fixtures', async () => {
    const project = await load({
      'models/marts/u.yml': `unit_tests:
  - name: counts
    model: agg_orders
    given:
      - input: ref('fct_orders')
        rows: [{ order_id: 1 }, { order_id: 2 }]
      - input: this
        format: csv
        rows: |
          orders
          1
      - input: ref('int_orders')
        format: csv
        fixture: some
    expect: { format: sql, rows: select 2 as orders }
    overrides: { macros: { is_incremental: true }, vars: { a: 1 }, env_vars: { B: 2 } }
    config: { tags: x }
`,
      'tests/fixtures/some.csv': 'order_id\n3\n',
    });
    expect(project.unitTests).toEqual([
      {
        name: 'counts', uniqueId: 'unit_test.shop.agg_orders.counts', model: 'agg_orders', description: '',
        given: [
          { input: { kind: 'model', name: 'fct_orders' }, fixture: { format: 'dict', rows: [{ order_id: 1 }, { order_id: 2 }] } },
          { input: { kind: 'this' }, fixture: { format: 'csv', text: 'orders\n1\n' } },
          { input: { kind: 'model', name: 'int_orders' }, fixture: { format: 'csv', text: 'order_id\n3\n' } },
        ],
        expect: { format: 'sql', text: 'select 2 as orders' },
        overrides: { macros: { is_incremental: true }, vars: { a: 1 }, envVars: { B: '2' } },
        tags: ['x'], file: expect.stringContaining('u.yml') as string, line: 2,
      },
    ]);
  });
});

describe('nodes besides models', () => {
  test('sources with freshness, inherited and taken away', async () => {
    const project = await load({
      'models/staging/more.yml': `sources:
  - name: web
    loaded_at_field: at
    freshness: { warn_after: { count: 1, period: hour }, error_after: { count: 2, period: day } }
    tags: [raw]
    tables:
      - name: a
        description: "{{ doc('about_a') }}"
        columns: [{ name: id, data_type: bigint, data_tests: [not_null] }]
      - { name: b, freshness: null }
      - { name: c, freshness: { warn_after: { count: 5, period: minute } }, loaded_at_query: select 1, config: { tags: own } }
      - { name: d, config: { enabled: false } }
`,
      'models/staging/docs.md': '{% docs about_a %}\nAll of a.\n{% enddocs %}',
    });
    expect(project.sources.get('web.a')).toMatchObject({ description: 'All of a.', loadedAtField: 'at', freshness: { warnAfter: { count: 1, period: 'hour' } }, tags: ['raw'] });
    expect(project.sources.get('web.a')?.tests[0]).toMatchObject({ name: 'source_not_null_web_a_id', attachedTo: { kind: 'source', name: 'web.a' }, refs: [], sources: ['web.a'] });
    expect(project.sources.get('web.b')?.freshness).toBeUndefined();
    expect(project.sources.get('web.c')).toMatchObject({ freshness: { warnAfter: { count: 5 }, errorAfter: { count: 2 } }, loadedAtQuery: 'select 1', tags: ['raw', 'own'] });
    expect(project.sources.has('web.d')).toBe(false);
  });

  test('seeds, exposures and what is tolerated', async () => {
    const project = await load({
      'seeds/countries.csv': 'code,name\nDE,Germany\n',
      'seeds/_seeds.yml': 'seeds:\n  - name: countries\n    config: { column_types: { code: varchar(2) } }\n    columns: [{ name: code, data_tests: [unique] }]\n',
      ...mart("select * from {{ ref('countries') }}"),
      'models/marts/e.yml': "exposures:\n  - name: board\n    label: Board\n    type: dashboard\n    owner: { email: a@b.c }\n    depends_on: [ref('fct_orders'), \"source('erp', 'orders')\"]\nsemantic_models: [{ name: x }]\nmetrics: []\nsaved_queries: []\n",
    });
    const seed = mustModel(project, 'countries');
    expect(seed).toMatchObject({ layer: 'seeds', uniqueId: 'seed.shop.countries', materialization: { kind: 'seed', columnTypes: { code: 'varchar(2)' } } });
    expect(seed.tests.map((each) => each.name)).toEqual(['unique_countries_code']);
    expect(project.order[0]).toBe('countries');
    expect(project.exposures).toMatchObject([{ name: 'board', label: 'Board', refs: ['fct_orders'], sources: ['erp.orders'] }]);
  });

  test('versions: each a model, a ref means the latest unless it says', async () => {
    const project = await load({
      'models/marts/_marts.yml': `models:
  - name: fct_orders
    latest_version: 2
    columns: [{ name: order_id, data_tests: [unique] }, { name: old }]
    versions:
      - v: 1
      - v: 2
        defined_in: fct_orders_new
        config: { tags: [two] }
        columns: [{ include: all, exclude: [old] }, { name: extra }]
  - name: agg_orders
`,
      'models/marts/fct_orders.sql': null,
      'models/marts/fct_orders_v1.sql': 'select 1 as order_id',
      'models/marts/fct_orders_new.sql': 'select 2 as order_id',
      ...mart("{{ ref('fct_orders') }} {{ ref('fct_orders', v=1) }} {{ ref('fct_orders', version='2') }}"),
    });
    expect(await renderModel(project, 'agg_orders', plainScope)).toBe('fct_orders.v2 fct_orders.v1 fct_orders.v2');
    const second = mustModel(project, 'fct_orders.v2');
    expect(second).toMatchObject({ uniqueId: 'model.shop.fct_orders.v2', version: '2', latestVersion: '2', config: { alias: 'fct_orders_v2', tags: ['two'] } });
    expect(second.columns.map((column) => column.name)).toEqual(['order_id', 'extra']);
    expect(second.tests.map((each) => each.name)).toEqual(['unique_fct_orders_v2_order_id']);
  });

  test('mappings are rendered over changed rows', async () => {
    const project = await load({
      'models/marts/_marts.yml': "models:\n  - name: fct_orders\n  - name: agg_orders\n    config:\n      materialized: incremental\n      unique_key: a\n      meta:\n        touch_key: a\n        touched_by: { fct_orders: a, stg_orders: \"{% raw %}select x from {{ changed() }} join {{ ref('fct_orders') }}{% endraw %}\" }\n",
      ...mart("select a from {{ ref('fct_orders') }} join {{ ref('stg_orders') }} where {{ touched('a') }}"),
    });
    const model = mustModel(project, 'agg_orders');
    const scope = { ...plainScope, changed: '(rows) as changed' };
    expect(await renderMapping(project, model, 'fct_orders', scope)).toBe('select a as touch_key from (rows) as changed');
    expect(await renderMapping(project, model, 'stg_orders', scope)).toBe('select x from (rows) as changed join fct_orders');
    expect(await renderMapping(project, model, 'other', scope)).toBeUndefined();
  });
});
