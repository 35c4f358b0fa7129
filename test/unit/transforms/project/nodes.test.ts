import { describe, expect, test } from 'vitest';
import { renderMapping, renderModel } from '../../../../transforms/engine/compile/compile.ts';
import { mustModel } from '../../../../transforms/engine/project/laws.ts';
import { load, mart, plainScope } from './temporary-project.ts';

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
    expect(project.sources.get('web.a')).toMatchObject({
      description: 'All of a.',
      loadedAtField: 'at',
      freshness: { warnAfter: { count: 1, period: 'hour' } },
      tags: ['raw'],
    });
    expect(project.sources.get('web.a')?.tests[0]).toMatchObject({
      name: 'source_not_null_web_a_id',
      attachedTo: { kind: 'source', name: 'web.a' },
      refs: [],
      sources: ['web.a'],
    });
    expect(project.sources.get('web.b')?.freshness).toBeUndefined();
    expect(project.sources.get('web.c')).toMatchObject({
      freshness: { warnAfter: { count: 5 }, errorAfter: { count: 2 } },
      loadedAtQuery: 'select 1',
      tags: ['raw', 'own'],
    });
    expect(project.sources.has('web.d')).toBe(false);
  });

  test('seeds, exposures and what is tolerated', async () => {
    const project = await load({
      'seeds/countries.csv': 'code,name\nDE,Germany\n',
      'seeds/_seeds.yml':
        'seeds:\n  - name: countries\n    config: { column_types: { code: varchar(2) } }\n    columns: [{ name: code, data_tests: [unique] }]\n',
      ...mart("select * from {{ ref('countries') }}"),
      'models/marts/e.yml':
        "exposures:\n  - name: board\n    label: Board\n    type: dashboard\n    owner: { email: a@b.c }\n    depends_on: [ref('fct_orders'), \"source('erp', 'orders')\"]\nsemantic_models: [{ name: x }]\nmetrics: []\nsaved_queries: []\n",
    });
    const seed = mustModel(project, 'countries');
    expect(seed).toMatchObject({
      layer: 'seeds',
      uniqueId: 'seed.shop.countries',
      materialization: { kind: 'seed', columnTypes: { code: 'varchar(2)' } },
    });
    expect(seed.tests.map((each) => each.name)).toEqual(['unique_countries_code']);
    expect(project.order[0]).toBe('countries');
    expect(project.exposures).toMatchObject([
      { name: 'board', label: 'Board', refs: ['fct_orders'], sources: ['erp.orders'] },
    ]);
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
    expect(await renderModel(project, 'agg_orders', plainScope)).toBe(
      'fct_orders.v2 fct_orders.v1 fct_orders.v2',
    );
    const second = mustModel(project, 'fct_orders.v2');
    expect(second).toMatchObject({
      uniqueId: 'model.shop.fct_orders.v2',
      version: '2',
      latestVersion: '2',
      config: { alias: 'fct_orders_v2', tags: ['two'] },
    });
    expect(second.columns.map((column) => column.name)).toEqual(['order_id', 'extra']);
    expect(second.tests.map((each) => each.name)).toEqual(['unique_fct_orders_v2_order_id']);
  });

  test('mappings are rendered over changed rows', async () => {
    const project = await load({
      'models/marts/_marts.yml':
        'models:\n  - name: fct_orders\n  - name: agg_orders\n    config:\n      materialized: incremental\n      unique_key: a\n      meta:\n        touch_key: a\n        touched_by: { fct_orders: a, stg_orders: "{% raw %}select x from {{ changed() }} join {{ ref(\'fct_orders\') }}{% endraw %}" }\n',
      ...mart("select a from {{ ref('fct_orders') }} join {{ ref('int_orders') }} where {{ touched('a') }}"),
    });
    const model = mustModel(project, 'agg_orders');
    const scope = { ...plainScope, changed: '(rows) as changed' };
    expect(await renderMapping(project, model, 'fct_orders', scope)).toBe(
      'select a as touch_key from (rows) as changed',
    );
    expect(await renderMapping(project, model, 'stg_orders', scope)).toBe(
      'select x from (rows) as changed join fct_orders',
    );
    expect(await renderMapping(project, model, 'other', scope)).toBeUndefined();
  });

  test('exposures and unit tests have the settings of dbt_project.yml and their own', async () => {
    const warnings: string[] = [];
    const project = await load(
      {
        'dbt_project.yml':
          'name: shop\nprofile: shop\nexposures: { shop: { marts: { +tags: [all] }, none: { +tags: [x] } } }\nunit-tests: { shop: { marts: { +tags: [quick] } } }\n',
        'models/marts/e.yml':
          'exposures:\n  - name: board\n    type: dashboard\n    owner: { name: x }\n    config: { tags: [own], meta: { a: 1 } }\nunit_tests:\n  - name: u\n    model: fct_orders\n    expect: { rows: [] }\n',
      },
      { onWarning: (message) => warnings.push(message) },
    );
    expect(project.exposures).toMatchObject([{ tags: ['all', 'own'], meta: { a: 1 } }]);
    expect(project.unitTests).toMatchObject([{ tags: ['quick'] }]);
    expect(warnings).toEqual([expect.stringContaining('exposures.shop.none matches no node') as string]);
  });

  test('a query of freshness is rendered when it is asked, also under config', async () => {
    const project = await load({
      'models/staging/more.yml': `sources:
  - name: web
    schema: RAW
    tables:
      - name: a
        identifier: web__a
        config:
          loaded_at_query: "select max(x) from {{ this }} where at > {{ dbt.current_timestamp() }}"
          freshness: { warn_after: { count: 1, period: hour }, filter: "at > {{ dbt.current_timestamp() }}" }
`,
    });
    expect(project.sources.get('web.a')).toMatchObject({
      loadedAtQuery: 'select max(x) from {{ this }} where at > {{ dbt.current_timestamp() }}',
      freshness: { filter: 'at > {{ dbt.current_timestamp() }}' },
    });
  });
});
