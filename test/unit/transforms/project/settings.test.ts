import { describe, expect, test } from 'vitest';
import { renderModel, renderText } from '../../../../transforms/engine/compile/compile.ts';
import { mustModel } from '../../../../transforms/engine/project/laws.ts';
import { load, macros, mart, plainScope } from './temporary-project.ts';

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
      'models/marts/_marts.yml': marts(
        '{ materialized: table, tags: [yaml], meta: { level: 2 }, alias: one }',
      ),
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
        '{% macro generate_schema_name(custom_schema_name, node) %}{{ target.name }}_{{ custom_schema_name or node.name }}{% endmacro %}{% macro generate_alias_name(custom_alias_name=none, node=none) %}v_{{ node.name }}{% endmacro %}',
      ),
    };
    const { config } = mustModel(await load(files), 'agg_orders');
    expect([config.schema, config.alias]).toEqual(['local_finance', 'v_agg_orders']);
    expect(mustModel(await load({}), 'agg_orders').config.schema).toBe('marts');
  });

  test('a disabled model is gone, with its tests', async () => {
    const project = await load({ ...mart('{{ config(enabled=false) }}select 1 as x') });
    expect(project.models.has('agg_orders')).toBe(false);
    const other = await load({
      'dbt_project.yml':
        'name: shop\nprofile: shop\nvars: { on: false }\nmodels:\n  shop:\n    marts:\n      agg_orders:\n        +enabled: "{{ var(\'on\') | as_bool }}"\n'.replace(
          '{ on:',
          "{ 'on':",
        ),
    });
    expect(other.models.has('agg_orders')).toBe(false);
  });

  test.each([
    ['{ materialized: incremental }', { kind: 'incremental', strategy: 'append', uniqueKey: [] }],
    [
      '{ materialized: incremental, unique_key: a }',
      { kind: 'incremental', strategy: 'merge', uniqueKey: ['a'] },
    ],
    [
      '{ materialized: incremental, unique_key: [a, b], incremental_strategy: delete+insert }',
      { kind: 'incremental', strategy: 'delete+insert', uniqueKey: ['a', 'b'] },
    ],
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
      {
        'dbt_project.yml':
          'name: shop\nprofile: shop\nmodels:\n  shop:\n    mart: { +transient: true }\n    marts: { +transient: true }\n',
      },
      { onWarning: (message) => warnings.push(message) },
    );
    expect(warnings.join('\n')).toMatch(/dbt_project.yml:6:14: transient has no effect here/);
    expect(warnings.join('\n')).toMatch(/dbt_project.yml:5:5: models.shop.mart matches no node/);
    expect(warnings).toHaveLength(2);
  });

  test('a target is chosen by name, the others are not rendered', async () => {
    const files = {
      'profiles.yml':
        "shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb }\n    prod:\n      type: snowflake\n      account: \"{{ env_var('ACCOUNT') }}\"\n      password: \"{{ env_var('DBT_ENV_SECRET_P') }}\"\n      threads: \"{{ env_var('THREADS', '8') | as_number }}\"\n",
      ...mart('{{ target.name }} {{ target.account }} {{ target.threads }} {{ target.password }}|'),
    };
    expect((await load(files)).authoring.environment.target).toMatchObject({
      name: 'dev',
      type: 'duckdb',
      threads: 4,
    });
    const project = await load(files, { target: 'prod', env: { ACCOUNT: 'acme', DBT_ENV_SECRET_P: 'hush' } });
    expect(await renderModel(project, 'agg_orders', { ...plainScope, dialect: 'snowflake' })).toBe(
      'prod acme 8 |',
    );
    expect(JSON.stringify(project.authoring.environment.target)).not.toContain('hush');
  });

  test('hooks are kept as written and may read secrets when they run', async () => {
    const project = await load(
      {
        'dbt_project.yml': 'name: shop\nprofile: shop\nmodels:\n  +post-hook: "select \'{{ this }}\'"\n',
        ...mart("{{ config(post_hook=\"select '{{ env_var('DBT_ENV_SECRET_A') }}'\") }}select 1 as x"),
      },
      { env: { DBT_ENV_SECRET_A: 's' } },
    );
    const model = mustModel(project, 'agg_orders');
    expect(model.config.postHook).toEqual([
      "select '{{ this }}'",
      "select '{{ env_var('DBT_ENV_SECRET_A') }}'",
    ]);
    const place = { file: 'hook', line: 1, column: 1 };
    const texts = await Promise.all(
      model.config.postHook.map((text) =>
        renderText(project, text, place, { ...plainScope, model, isHook: true }),
      ),
    );
    expect(texts).toEqual(["select 'marts.agg_orders'", "select 's'"]);
  });
});
