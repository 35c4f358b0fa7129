import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../../../transforms/engine/compile/compile.ts';
import { load, macros, mart } from './temporary-project.ts';
import type { Files } from './temporary-project.ts';

describe('fingerprints', () => {
  const of = async (files: Files, options = {}): Promise<Readonly<Record<string, string>>> => {
    const project = await load(files, options);
    return Object.fromEntries(project.order.map((name) => [name, fingerprint(project, name, 'duckdb')]));
  };
  const changedBy = async (
    before: Files,
    after: Files,
    options: [object, object] = [{}, {}],
  ): Promise<string[]> => {
    const [a, b] = [await of(before, options[0]), await of(after, options[1])];
    return Object.keys(a).filter((name) => a[name] !== b[name]);
  };

  test.each<readonly [string, Files, Files, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['the SQL', {}, mart("select count(*) as n from {{ ref('fct_orders') }}"), ['agg_orders']],
    [
      'comments and blanks',
      {},
      mart("-- how many\nselect  count(*) as orders\nfrom {{ ref('fct_orders') }}"),
      [],
    ],
    ['blanks inside a text', mart("select 'a b' as x"), mart("select 'a  b' as x"), ['agg_orders']],
    [
      'an inlined model',
      {},
      {
        'models/intermediate/int_orders.sql':
          "select order_id, 1 as one from {{ ref('stg_orders') }} where {{ touched('order_id') }}",
      },
      ['int_orders', 'fct_orders'],
    ],
    [
      'a stored model',
      {},
      {
        'models/staging/stg_orders.sql':
          "select {{ field_as('id', 'text', 'order_id') }} from {{ source('erp', 'orders') }}",
      },
      ['stg_orders'],
    ],
    [
      'the touched expression',
      {},
      {
        'models/intermediate/int_orders.sql':
          "select order_id from {{ ref('stg_orders') }} where {{ touched('order_id + 1') }}",
      },
      ['int_orders', 'fct_orders'],
    ],
    [
      'the incremental branch',
      mart('select 1 as x {% if is_incremental() %}where 1 = 0{% endif %}'),
      mart('select 1 as x {% if is_incremental() %}where 1 = 1{% endif %}'),
      ['agg_orders'],
    ],
    [
      'the materialization',
      {},
      { ...mart("{{ config(materialized='view') }}select count(*) as orders from {{ ref('fct_orders') }}") },
      ['agg_orders'],
    ],
    [
      'the description',
      {},
      {
        'models/marts/_marts.yml':
          'models:\n  - name: fct_orders\n    description: other\n    config: { materialized: table, unique_key: order_id }\n  - name: agg_orders\n',
      },
      [],
    ],
    [
      'a macro that is used',
      { ...mart('{{ m() }}'), ...macros('{% macro m() %}select 1 as x{% endmacro %}') },
      { ...mart('{{ m() }}'), ...macros('{% macro m() %}select 2 as x{% endmacro %}') },
      ['agg_orders'],
    ],
    [
      'a macro that is not',
      macros('{% macro m() %}select 1 as x{% endmacro %}'),
      macros('{% macro m() %}select 2 as x{% endmacro %}'),
      [],
    ],
    [
      'a macro behind execute',
      {
        ...mart('select 1 as x {% if execute %}{{ m() }}{% endif %}'),
        ...macros('{% macro m() %}, 1{% endmacro %}'),
      },
      {
        ...mart('select 1 as x {% if execute %}{{ m() }}{% endif %}'),
        ...macros('{% macro m() %}, 2{% endmacro %}'),
      },
      ['agg_orders'],
    ],
    [
      'the text behind execute',
      mart('select 1 as x {% if execute %}, 1{% endif %}'),
      mart('select 1 as x {% if execute %}, 2{% endif %}'),
      ['agg_orders'],
    ],
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
    expect(fingerprint(project, 'agg_orders', 'duckdb')).not.toBe(
      fingerprint(project, 'agg_orders', 'snowflake'),
    );
  });
});
