import { expect, test } from 'vitest';
import { load, mart } from './temporary-project.ts';
import type { Files } from './temporary-project.ts';

interface Row {
  readonly what: string;
  readonly files: Files;
  readonly code: string;
  /** End of `where`. */
  readonly where: string;
  /** Part of the message. */
  readonly says: string;
}

const marts = (entry: string): Files => ({
  'models/marts/_marts.yml': `version: 2
models:
  - name: fct_orders
    description: Orders.
  - name: agg_orders
    description: How many.
${entry}`,
});

const settings = (config: string): Files => marts(`    config: ${config}\n`);
const project = (text: string): Files => ({ 'dbt_project.yml': `name: shop\nprofile: shop\n${text}` });
const macro = (text: string): Files => ({ 'macros/m.sql': text });

const rows: readonly Row[] = [
  // dbt_project.yml and profiles.yml
  { what: 'no project file', files: { 'dbt_project.yml': null }, code: 'PROJECT_FILE_MISSING', where: 'dbt_project.yml', says: 'there is no dbt_project.yml' },
  { what: 'unknown project key', files: project('model-path: [models]\n'), code: 'PROJECT_UNKNOWN_KEY', where: 'dbt_project.yml:3:1', says: 'did you mean model-paths?' },
  { what: 'setting without plus', files: project('models:\n  shop:\n    marts:\n      materialized: table\n'), code: 'PROJECT_UNKNOWN_KEY', where: 'dbt_project.yml:6:7', says: 'did you mean +materialized?' },
  { what: 'unknown setting in the tree', files: project('models:\n  shop:\n    marts:\n      +materialised: table\n'), code: 'PROJECT_UNKNOWN_KEY', where: 'dbt_project.yml:6:7', says: 'did you mean materialized?' },
  { what: 'bad value in the tree', files: project('models:\n  +enabled: perhaps\n'), code: 'PROJECT_SETTING_INVALID', where: 'dbt_project.yml:4:13', says: 'models.enabled' },
  { what: 'unknown target', files: { 'profiles.yml': 'shop:\n  target: prod\n  outputs:\n    production: { type: duckdb }\n' }, code: 'PROJECT_TARGET_UNKNOWN', where: 'profiles.yml:4:5', says: 'there is no target prod; there are production' },
  { what: 'unknown profile', files: { 'profiles.yml': 'shops:\n  outputs: {}\n' }, code: 'PROJECT_TARGET_UNKNOWN', where: 'profiles.yml', says: 'did you mean shops?' },
  { what: 'target of another warehouse', files: { 'profiles.yml': 'shop:\n  target: a\n  outputs:\n    a: { type: bigquery }\n' }, code: 'PROJECT_SETTING_INVALID', where: 'profiles.yml:4:16', says: 'bigquery is none of duckdb, snowflake' },
  { what: 'variable of the environment missing', files: { 'profiles.yml': "shop:\n  target: a\n  outputs:\n    a:\n      type: duckdb\n      schema: \"{{ env_var('NOWHERE') }}\"\n" }, code: 'COMPILE_ENV_MISSING', where: 'profiles.yml:6:19', says: 'NOWHERE is not set' },
  // YAML
  { what: 'YAML syntax', files: marts('  - name: [1\n'), code: 'PROJECT_YAML_SYNTAX', where: '_marts.yml:8:1', says: 'Flow sequence' },
  { what: 'double key', files: marts('    description: twice\n'), code: 'PROJECT_YAML_SYNTAX', where: '_marts.yml:7:5', says: 'unique' },
  { what: 'ambiguous truth', files: settings('{ enabled: yes }'), code: 'PROJECT_YAML_AMBIGUOUS', where: '_marts.yml:7:24', says: 'yes without quotes' },
  { what: 'ambiguous number', files: marts('    meta: { code: 0123 }\n'), code: 'PROJECT_YAML_AMBIGUOUS', where: '_marts.yml:7:19', says: '0123 without quotes' },
  { what: 'prototype key', files: settings('{ meta: { __proto__: { enabled: false } } }'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:7:23', says: '__proto__' },
  { what: 'unknown anchor', files: settings('*base'), code: 'PROJECT_YAML_SYNTAX', where: '_marts.yml:7:13', says: '&base' },
  { what: 'file that is a list', files: { 'models/marts/more.yml': '- a\n' }, code: 'TRANSFORM_PROPERTIES_INVALID', where: 'more.yml:1:1', says: 'mapping' },
  { what: 'unknown section', files: { 'models/marts/more.yml': 'version: 2\nmodles: []\n' }, code: 'PROJECT_UNKNOWN_KEY', where: 'more.yml:2:1', says: 'did you mean models?' },
  { what: 'unknown key of a model', files: marts('    descriptoin: x\n'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:7:5', says: 'models.agg_orders: there is no key descriptoin; did you mean description? Custom keys go under meta' },
  { what: 'key of our own', files: marts('    owner: finance\n'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:7:5', says: 'custom keys go under meta' },
  { what: 'unknown key of a column', files: marts('    columns:\n      - name: x\n        type: int\n'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:9:9', says: 'models.agg_orders.columns.x' },
  { what: 'column without a name', files: marts('    columns:\n      - description: x\n'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:8:9', says: 'this is required' },
  { what: 'period that is none', files: { 'models/staging/more.yml': 'sources:\n  - name: a\n    freshness: { warn_after: { count: 1, period: hours } }\n' }, code: 'PROJECT_SETTING_INVALID', where: 'more.yml:3:50', says: 'did you mean hour?' },
  { what: 'a source declared twice', files: { 'models/staging/more.yml': 'sources:\n  - name: erp\n    tables: [{ name: orders }]\n' }, code: 'TRANSFORM_DUPLICATE_NAME', where: 'more.yml:3:14', says: 'erp.orders' },
  { what: 'a model described twice', files: { 'models/marts/more.yml': 'models:\n  - name: agg_orders\n' }, code: 'TRANSFORM_DUPLICATE_NAME', where: 'more.yml:2:5', says: '_marts.yml:12:5' },
  // settings
  { what: 'unknown materialization', files: settings('{ materialized: tabel }'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:13', says: 'did you mean table?' },
  { what: 'the former name of keyed models', files: settings('{ materialized: keyed }'), code: 'PROJECT_UNSUPPORTED', where: '_marts.yml:7:13', says: 'incremental_strategy: keys_touched' },
  { what: 'snapshots', files: settings('{ materialized: snapshot }'), code: 'PROJECT_UNSUPPORTED', where: '_marts.yml:7:13', says: 'scd2' },
  { what: 'a log model outside staging', files: settings('{ materialized: history, unique_key: a }'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:13', says: 'that marts may have' },
  { what: 'staging that keeps no log', files: { 'models/staging/stg_orders.sql': "{{ config(materialized='table') }}\nselect 1 as x from {{ source('erp', 'orders') }}" }, code: 'PROJECT_SETTING_INVALID', where: 'stg_orders.sql:1:4', says: 'none of latest, history' },
  { what: 'insert_overwrite', files: settings('{ materialized: incremental, incremental_strategy: insert_overwrite }'), code: 'PROJECT_UNSUPPORTED', where: '_marts.yml:7:13', says: 'keys_touched' },
  { what: 'microbatch', files: settings('{ materialized: incremental, incremental_strategy: microbatch }'), code: 'PROJECT_UNSUPPORTED', where: '_marts.yml:7:13', says: 'backfill' },
  { what: 'a strategy that is none', files: settings('{ materialized: incremental, incremental_strategy: merg }'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:13', says: 'did you mean merge?' },
  { what: 'merge without a key', files: settings('{ materialized: incremental, incremental_strategy: merge }'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:13', says: 'needs unique_key' },
  { what: 'a keyed model without touch_key', files: settings('{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a }'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:13', says: 'meta.touch_key' },
  { what: 'a list where one key is needed', files: settings('{ materialized: table, unique_key: [a, b] }'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:13', says: 'hash_key()' },
  { what: 'a refused setting', files: settings('{ sql_header: "set x = 1" }'), code: 'PROJECT_UNSUPPORTED', where: '_marts.yml:7:15', says: 'pre_hook' },
  { what: 'an unknown setting in the file', files: mart("{{ config(materialised='table') }}\nselect 1 as x"), code: 'PROJECT_UNKNOWN_KEY', where: 'agg_orders.sql:1:4', says: 'did you mean materialized?' },
  { what: 'positional config', files: mart("{{ config('table') }}\nselect 1 as x"), code: 'COMPILE_ARGUMENT', where: 'agg_orders.sql:1:4', says: 'settings by name' },
  // SQL files
  { what: 'template syntax', files: mart('select\n  {{ ref( }}'), code: 'JINJA_SYNTAX', where: 'agg_orders.sql:2:11', says: '' },
  { what: 'unknown ref', files: mart("select * from\n {{ ref('fct_order') }}"), code: 'TRANSFORM_UNKNOWN_REF', where: 'agg_orders.sql:2:5', says: "ref('fct_order') does not exist; did you mean fct_orders?" },
  { what: 'a ref into a package', files: mart("select * from {{ ref('dbt_utils', 'x') }}"), code: 'COMPILE_ARGUMENT', where: 'agg_orders.sql:1:18', says: 'there is no package dbt_utils' },
  { what: 'unknown source', files: { 'models/staging/stg_orders.sql': "select 1 from {{ source('erp', 'order') }}" }, code: 'TRANSFORM_UNKNOWN_REF', where: 'stg_orders.sql:1:18', says: 'did you mean erp.orders?' },
  { what: 'a ref to a disabled model', files: { ...settings('{ enabled: false }'), 'models/marts/fct_orders.sql': "select * from {{ ref('agg_orders') }}" }, code: 'TRANSFORM_UNKNOWN_REF', where: 'fct_orders.sql:1:18', says: 'is disabled' },
  { what: 'misspelt macro', files: mart("select {{ hash_kee('a') }} as x"), code: 'COMPILE_UNKNOWN_NAME', where: 'agg_orders.sql:1:11', says: 'did you mean hash_key?' },
  { what: 'misspelt macro where it is never reached', files: mart("select 1 as x {% if execute %}{{ hash_kee('a') }}{% endif %}"), code: 'COMPILE_UNKNOWN_NAME', where: 'agg_orders.sql:1:34', says: 'did you mean hash_key?' },
  { what: 'misspelt macro of dbt', files: mart("select {{ dbt.datedif('a', 'b', 'day') }} as x"), code: 'COMPILE_UNKNOWN_NAME', where: 'agg_orders.sql:1:15', says: 'did you mean datediff?' },
  { what: 'misspelt macro of the project', files: { ...macro('{% macro cents(x) %}{{ x }}{% endmacro %}'), ...mart("select {{ shop.cent('a') }} as x") }, code: 'COMPILE_UNKNOWN_NAME', where: 'agg_orders.sql:1:16', says: 'did you mean cents?' },
  { what: 'misspelt macro in a macro', files: macro("{% macro a() %}\n  {{ hash_kee('x') }}\n{% endmacro %}"), code: 'COMPILE_UNKNOWN_NAME', where: 'm.sql:2:6', says: 'did you mean hash_key?' },
  { what: 'wrong arguments of a macro', files: { ...macro('{% macro a(x) %}{{ x }}{% endmacro %}'), ...mart('select {{ a(y=1) }} as x') }, code: 'JINJA_ARGUMENTS', where: '', says: "no argument 'y'" },
  { what: 'wrong arguments of a dialect macro', files: mart("select {{ field('a', 'bigit') }}"), code: 'DIALECT_ARGUMENT', where: 'agg_orders.sql:1:11', says: 'field()' },
  { what: 'unknown var', files: { ...project('vars: { zone: UTC }\n'), ...mart("select '{{ var('zones') }}' as x") }, code: 'COMPILE_VAR_MISSING', where: 'agg_orders.sql:1:12', says: 'did you mean zone?' },
  { what: 'a secret in a model', files: mart("select '{{ env_var('DBT_ENV_SECRET_X') }}' as x"), code: 'COMPILE_SECRET', where: 'agg_orders.sql:1:12', says: 'may not be read here' },
  { what: 'an error that a macro raises', files: mart("{{ exceptions.raise_compiler_error('no such region') }}"), code: 'COMPILE_RAISED', where: 'agg_orders.sql:1:15', says: 'no such region' },
  { what: 'dispatch to nothing', files: mart("select {{ adapter.dispatch('dateadds')('a') }} as x"), code: 'COMPILE_DISPATCH', where: 'agg_orders.sql:1:19', says: 'duckdb__dateadds, default__dateadds; did you mean dateadd?' },
  { what: 'changed() outside a mapping', files: mart('select * from {{ changed() }}'), code: 'COMPILE_OUTSIDE', where: 'agg_orders.sql:1:18', says: 'touched_by' },
  { what: 'a materialization of the project', files: macro("{% materialization mine, default %}{% endmaterialization %}"), code: 'PROJECT_UNSUPPORTED', where: 'm.sql:1:4', says: 'built in' },
  { what: 'a snapshot block', files: mart('{% snapshot s %}select 1{% endsnapshot %}'), code: 'PROJECT_UNSUPPORTED', where: 'agg_orders.sql:1:4', says: 'scd2' },
  { what: 'a snapshot in YAML', files: { 'models/marts/more.yml': 'snapshots:\n  - name: s\n' }, code: 'PROJECT_UNSUPPORTED', where: 'more.yml:1:1', says: 'scd2' },
  { what: 'a Python model', files: { 'models/marts/p.py': 'def model(): pass' }, code: 'PROJECT_UNSUPPORTED', where: 'p.py:1:1', says: 'SQL' },
  { what: 'two macros of one name', files: { 'macros/m.sql': '{% macro a() %}{% endmacro %}', 'macros/n.sql': '{% macro a() %}{% endmacro %}' }, code: 'PROJECT_MACRO_INVALID', where: 'n.sql:1:4', says: 'm.sql:1:4' },
  { what: 'a built-in test replaced', files: macro('{% test unique(model, column_name) %}select 1{% endtest %}'), code: 'PROJECT_MACRO_INVALID', where: 'm.sql:1:4', says: 'cannot be replaced' },
  { what: 'a model outside the layers', files: { 'models/other/x.sql': 'select 1' }, code: 'TRANSFORM_LAYER_VIOLATION', where: 'x.sql:1:1', says: 'none of the layers' },
  { what: 'a model without an entry', files: { 'models/marts/x.sql': 'select 1 as x' }, code: 'TRANSFORM_PROPERTIES_INVALID', where: 'x.sql:1:1', says: 'no entry' },
  { what: 'two files of one name', files: { 'models/marts/more/agg_orders.sql': 'select 1 as x' }, code: 'TRANSFORM_DUPLICATE_NAME', where: 'more/agg_orders.sql:1:1', says: 'another model agg_orders' },
  // tests
  { what: 'unknown test', files: marts('    data_tests: [uniqe]\n'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:7:18', says: 'did you mean unique?' },
  { what: 'a test of a package', files: marts('    data_tests: [dbt_utils.not_constant]\n'), code: 'PROJECT_UNSUPPORTED', where: '_marts.yml:7:18', says: 'package' },
  { what: 'arguments in the old place', files: marts('    columns:\n      - name: x\n        data_tests:\n          - accepted_values: { values: [a] }\n'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:10:32', says: 'values must stand under arguments:' },
  { what: 'settings in the old place', files: marts('    columns:\n      - name: x\n        data_tests:\n          - unique: { severity: warn }\n'), code: 'PROJECT_UNKNOWN_KEY', where: '_marts.yml:10:23', says: 'severity must stand under config:' },
  { what: 'a threshold that is none', files: marts('    columns:\n      - name: x\n        data_tests:\n          - unique: { config: { error_if: many } }\n'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:10:43', says: 'compare a number of failures' },
  { what: 'a missing argument', files: marts('    columns:\n      - name: x\n        data_tests:\n          - relationships: { arguments: { field: y } }\n'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:10:1', says: 'needs the argument to' },
  { what: 'a relationship to nothing', files: marts("    columns:\n      - name: x\n        data_tests:\n          - relationships: { arguments: { to: ref('fct_order'), field: y } }\n"), code: 'TRANSFORM_UNKNOWN_REF', where: '_marts.yml:10:4', says: 'did you mean fct_orders?' },
  { what: 'a column test on a model', files: marts('    data_tests: [unique]\n'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:7:1', says: 'under a column' },
  { what: 'a unit test of no model', files: { 'models/marts/u.yml': 'unit_tests:\n  - name: u\n    model: fct_order\n    expect: { rows: [] }\n' }, code: 'PROJECT_SETTING_INVALID', where: 'u.yml:3:12', says: 'did you mean fct_orders?' },
  { what: 'an input that is none', files: { 'models/marts/u.yml': "unit_tests:\n  - name: u\n    model: fct_orders\n    given: [{ input: ref('int_order') }]\n    expect: { rows: [] }\n" }, code: 'TRANSFORM_UNKNOWN_REF', where: 'u.yml:4:2', says: 'did you mean int_orders?' },
  { what: 'an exposure on nothing', files: { 'models/marts/e.yml': "exposures:\n  - name: e\n    type: dashboard\n    owner: { name: x }\n    depends_on:\n      - ref('fct_order')\n" }, code: 'TRANSFORM_UNKNOWN_REF', where: 'e.yml:6:', says: 'did you mean fct_orders?' },
  { what: 'a docs block that is none', files: marts('    data_tests: []\n    columns:\n      - name: x\n        description: "{{ doc(\'key\') }}"\n'), code: 'PROJECT_SETTING_INVALID', where: '_marts.yml:10:2', says: 'docs block key' },
  // laws
  { what: 'a mart that reads a source', files: mart("select * from {{ source('erp', 'orders') }}"), code: 'TRANSFORM_LAYER_VIOLATION', where: 'agg_orders.sql:1:18', says: 'reads the source' },
  { what: 'staging that refers', files: { 'models/staging/stg_orders.sql': "select 1 from {{ ref('fct_orders') }}", ...mart('select 1 as x'), 'models/marts/fct_orders.sql': 'select 1 as x' }, code: 'TRANSFORM_LAYER_VIOLATION', where: 'stg_orders.sql:1:18', says: 'one source and nothing else' },
  { what: 'a circle', files: { 'models/marts/fct_orders.sql': "select * from {{ ref('agg_orders') }}" }, code: 'TRANSFORM_CYCLE', where: 'fct_orders.sql:1:18', says: 'agg_orders' },
  { what: 'a mapping that is missing', files: settings('{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a } }'), code: 'TRANSFORM_MISSING_MAPPING', where: 'agg_orders.sql:1:35', says: 'agg_orders reads fct_orders' },
  { what: 'a mapping of nothing', files: settings('{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a, touched_by: { fct_orders: a, fct_order: a } } }'), code: 'TRANSFORM_MISSING_MAPPING', where: '_marts.yml:5:1', says: 'fct_order, which it does not read; did you mean fct_orders?' },
  { what: 'a mapping with an unknown ref', files: settings('{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a, touched_by: { fct_orders: "select * from {{ ref(\'fct_order\') }}" } } }'), code: 'TRANSFORM_UNKNOWN_REF', where: '_marts.yml:5:', says: 'did you mean fct_orders?' },
  { what: 'a keyed model that ignores its keys', files: settings('{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a, touched_by: { fct_orders: a } } }'), code: 'TRANSFORM_NOT_KEYED', where: 'agg_orders.sql:1:1', says: 'touched()' },
  { what: 'a private model of another group', files: { 'models/marts/_marts.yml': 'models:\n  - name: fct_orders\n    config: { access: private, group: finance }\n  - name: agg_orders\ngroups:\n  - { name: finance, owner: { name: x } }\n' }, code: 'TRANSFORM_LAYER_VIOLATION', where: 'agg_orders.sql:1:35', says: 'private to finance' },
];

test.each(rows)('$what', async ({ files, code, where, says }) => {
  const error: unknown = await load(files).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code, message: expect.stringContaining(says) as string });
  expect(String((error as { where?: string }).where)).toContain(where);
});

test('defects that do not hinder each other are told together, the first one first', async () => {
  const files = {
    ...marts('    descriptoin: x\n    owner: y\n'),
    'models/intermediate/_intermediate.yml': 'version: 2\nmodels:\n  - nam: int_orders\n',
  };
  await expect(load(files)).rejects.toMatchObject({
    code: 'PROJECT_SETTING_INVALID',
    where: expect.stringContaining('_intermediate.yml:3:5') as string,
    message: expect.stringMatching(/4 more found|3 more found/) as string,
  });
});

test('refs that lead nowhere are told for every model at once', async () => {
  const files = {
    'models/marts/fct_orders.sql': "select * from {{ ref('int_order') }}",
    ...mart("select * from {{ ref('fct_order') }}"),
  };
  await expect(load(files)).rejects.toMatchObject({ message: expect.stringContaining("ref('fct_order')") as string });
  await expect(load(files)).rejects.toMatchObject({ message: expect.stringContaining("ref('int_order')") as string });
});
