import type { Files } from '../../unit/transforms/project/temporary-project.ts';

/** A project on the shop's orders with one of each: seed, inlined model, table, model by touched keys, tests. */
export const smallShop: Files = {
  'dbt_project.yml':
    "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\nvars: { least: 0 }\nmodels: { shop: { marts: { +tags: [mart] } } }\n",
  'profiles.yml':
    'shop:\n  target: local\n  outputs:\n    local: { type: duckdb }\n    production: { type: snowflake, account: a }\n',
  'seeds/channels.csv': 'channel,label\nweb,Web\napp,App\n',
  'models/staging/_staging.yml': `version: 2
sources:
  - name: shop
    loaded_at_field: _loaded_at
    freshness: { error_after: { count: 1, period: hour } }
    tables: [{ name: orders }]
models:
  - name: stg_orders
    config: { materialized: latest, unique_key: order_id }
`,
  'models/staging/stg_orders.sql': `select {{ field_as('id', 'bigint', 'order_id') }}, {{ field('channel', 'text') }},
  {{ field('shipping_amount', 'money') }}, {{ field('placed_at', 'timestamp') }}, {{ cdc_columns() }}
from {{ source('shop', 'orders') }}
`,
  'models/intermediate/_intermediate.yml':
    'version: 2\nmodels:\n  - name: int_orders\n    config: { materialized: ephemeral }\n',
  'models/intermediate/int_orders.sql': `select order_id, channel, cast(shipping_amount * 100 as bigint) as shipping_minor, placed_at
from {{ ref('stg_orders') }} where {{ touched('order_id') }} and shipping_amount >= {{ var('least') }}
`,
  'models/marts/_marts.yml': `version: 2
models:
  - name: fct_orders
    description: Orders. </script><b>not markup</b>
    config:
      materialized: incremental
      incremental_strategy: keys_touched
      unique_key: order_id
      event_time: placed_at
      on_schema_change: sync_all_columns
      meta: { touch_key: order_id, touched_by: { stg_orders: order_id } }
    columns:
      - name: order_id
        data_tests: [unique, not_null]
      - name: channel
        data_tests: [{ accepted_values: { arguments: { values: [web, app] } } }]
  - name: agg_channels
    config: { materialized: table, unique_key: channel }
unit_tests:
  - name: shipping_is_in_cents
    model: fct_orders
    given:
      - input: ref('stg_orders')
        rows: [{ order_id: 1, shipping_amount: 2.5 }]
    expect: { rows: [{ order_id: 1, shipping_minor: 250 }] }
`,
  'models/marts/fct_orders.sql':
    "select order_id, channel, shipping_minor, placed_at from {{ ref('int_orders') }} as o\n",
  'models/marts/agg_channels.sql': `select o.channel, max(c.label) as label, count(*) as orders, sum(o.shipping_minor) as shipping_minor
from {{ ref('fct_orders') }} as o left join {{ ref('channels') }} as c on c.channel = o.channel group by o.channel
`,
  'models/marts/agg_orders.sql': null,
};
