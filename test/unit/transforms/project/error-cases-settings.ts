import { settings } from './error-case.ts';
import type { Row } from './error-case.ts';
import { mart } from './temporary-project.ts';

export const settingsErrors: readonly Row[] = [
  // settings
  {
    what: 'unknown materialization',
    files: settings('{ materialized: tabel }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:13',
    says: 'did you mean table?',
  },
  {
    what: 'the former name of keyed models',
    files: settings('{ materialized: keyed }'),
    code: 'PROJECT_UNSUPPORTED',
    where: '_marts.yml:7:13',
    says: 'incremental_strategy: keys_touched',
  },
  {
    what: 'snapshots',
    files: settings('{ materialized: snapshot }'),
    code: 'PROJECT_UNSUPPORTED',
    where: '_marts.yml:7:13',
    says: 'scd2',
  },
  {
    what: 'a log model outside staging',
    files: settings('{ materialized: history, unique_key: a }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:13',
    says: 'that marts may have',
  },
  {
    what: 'staging that keeps no log',
    files: {
      'models/staging/stg_orders.sql':
        "{{ config(materialized='table') }}\nselect 1 as x from {{ source('erp', 'orders') }}",
    },
    code: 'PROJECT_SETTING_INVALID',
    where: 'stg_orders.sql:1:4',
    says: 'none of latest, history',
  },
  {
    what: 'insert_overwrite',
    files: settings('{ materialized: incremental, incremental_strategy: insert_overwrite }'),
    code: 'PROJECT_UNSUPPORTED',
    where: '_marts.yml:7:13',
    says: 'keys_touched',
  },
  {
    what: 'microbatch',
    files: settings('{ materialized: incremental, incremental_strategy: microbatch }'),
    code: 'PROJECT_UNSUPPORTED',
    where: '_marts.yml:7:13',
    says: 'backfill',
  },
  {
    what: 'a strategy that is none',
    files: settings('{ materialized: incremental, incremental_strategy: merg }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:13',
    says: 'did you mean merge?',
  },
  {
    what: 'merge without a key',
    files: settings('{ materialized: incremental, incremental_strategy: merge }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:13',
    says: 'needs unique_key',
  },
  {
    what: 'a keyed model without touch_key',
    files: settings('{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:13',
    says: 'meta.touch_key',
  },
  {
    what: 'a list where one key is needed',
    files: settings('{ materialized: table, unique_key: [a, b] }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:13',
    says: 'hash_key()',
  },
  {
    what: 'a privilege that is none',
    files: settings('{ grants: { select: [reporter], selct: [bi] } }'),
    code: 'PROJECT_SETTING_INVALID',
    where: '_marts.yml:7:52',
    says: 'must be a privilege on tables',
  },
  {
    what: 'a refused setting',
    files: settings('{ sql_header: "set x = 1" }'),
    code: 'PROJECT_UNSUPPORTED',
    where: '_marts.yml:7:15',
    says: 'pre_hook',
  },
  {
    what: 'an unknown setting in the file',
    files: mart("{{ config(materialised='table') }}\nselect 1 as x"),
    code: 'PROJECT_UNKNOWN_KEY',
    where: 'agg_orders.sql:1:4',
    says: 'did you mean materialized?',
  },
  {
    what: 'positional config',
    files: mart("{{ config('table') }}\nselect 1 as x"),
    code: 'JINJA_ARGUMENTS',
    where: 'agg_orders.sql:1:4',
    says: 'settings by name',
  },
  // laws
  {
    what: 'a mart that reads a source',
    files: mart("select * from {{ source('erp', 'orders') }}"),
    code: 'TRANSFORM_LAYER_VIOLATION',
    where: 'agg_orders.sql:1:18',
    says: 'reads the source',
  },
  {
    what: 'staging that refers',
    files: {
      'models/staging/stg_orders.sql': "select 1 from {{ ref('fct_orders') }}",
      ...mart('select 1 as x'),
      'models/marts/fct_orders.sql': 'select 1 as x',
    },
    code: 'TRANSFORM_LAYER_VIOLATION',
    where: 'stg_orders.sql:1:18',
    says: 'one source and nothing else',
  },
  {
    what: 'a circle',
    files: { 'models/marts/fct_orders.sql': "select * from {{ ref('agg_orders') }}" },
    code: 'TRANSFORM_CYCLE',
    where: 'fct_orders.sql:1:18',
    says: 'agg_orders',
  },
  {
    what: 'a mapping that is missing',
    files: settings(
      '{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a } }',
    ),
    code: 'TRANSFORM_MISSING_MAPPING',
    where: 'agg_orders.sql:1:35',
    says: 'agg_orders reads fct_orders',
  },
  {
    what: 'a mapping of nothing',
    files: settings(
      '{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a, touched_by: { fct_orders: a, fct_order: a } } }',
    ),
    code: 'TRANSFORM_MISSING_MAPPING',
    where: '_marts.yml:5:1',
    says: 'fct_order, which it does not read; did you mean fct_orders?',
  },
  {
    what: 'a mapping with an unknown ref',
    files: settings(
      '{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a, touched_by: { fct_orders: "select * from {{ ref(\'fct_order\') }}" } } }',
    ),
    code: 'TRANSFORM_UNKNOWN_REF',
    where: '_marts.yml:5:',
    says: 'did you mean fct_orders?',
  },
  {
    what: 'a keyed model that ignores its keys',
    files: settings(
      '{ materialized: incremental, incremental_strategy: keys_touched, unique_key: a, meta: { touch_key: a, touched_by: { fct_orders: a } } }',
    ),
    code: 'TRANSFORM_NOT_KEYED',
    where: 'agg_orders.sql:1:1',
    says: 'touched()',
  },
  {
    what: 'a private model of another group',
    files: {
      'models/marts/_marts.yml':
        'models:\n  - name: fct_orders\n    config: { access: private, group: finance }\n  - name: agg_orders\ngroups:\n  - { name: finance, owner: { name: x } }\n',
    },
    code: 'TRANSFORM_LAYER_VIOLATION',
    where: 'agg_orders.sql:1:35',
    says: 'private to finance',
  },
];
