import type { Materialization, Model, TestConfig } from '../project/model.ts';
import { plainRecord } from './plain.ts';

/** A model's settings under dbt's names: what `config.` selectors see and the manifest shows. */
export function nodeConfig(model: Model): Record<string, unknown> {
  const { config, materialization } = model;
  return {
    ...plainRecord(config.authored),
    enabled: config.enabled,
    alias: config.alias,
    schema: config.schema,
    database: null,
    tags: config.tags,
    meta: plainRecord(config.meta),
    group: config.group ?? null,
    ...materializationConfig(materialization),
    'pre-hook': hooks(config.preHook),
    'post-hook': hooks(config.postHook),
    full_refresh: config.fullRefresh ?? null,
    on_schema_change: config.onSchemaChange,
    grants: config.grants,
    contract: { enforced: config.contractEnforced, alias_types: true },
    event_time: config.eventTime ?? null,
    ...(config.queryTag === undefined ? {} : { query_tag: config.queryTag }),
    ...(materialization.kind === 'seed' ? {} : { access: config.access }),
  };
}

function hooks(statements: readonly string[]): Record<string, unknown>[] {
  return statements.map((sql) => ({ sql, transaction: true, index: null }));
}

function materializationConfig(materialization: Materialization): Record<string, unknown> {
  return {
    materialized: materialization.kind,
    incremental_strategy: 'strategy' in materialization ? materialization.strategy : null,
    unique_key: 'uniqueKey' in materialization ? (materialization.uniqueKey ?? null) : null,
    column_types: materialization.kind === 'seed' ? materialization.columnTypes : {},
  };
}

/** A test's settings under dbt's names. */
export function testConfig(config: TestConfig): Record<string, unknown> {
  return {
    enabled: true,
    alias: config.alias ?? null,
    schema: config.schema ?? 'dbt_test__audit',
    database: null,
    tags: config.tags,
    meta: plainRecord(config.meta),
    group: config.group ?? null,
    materialized: 'test',
    ...testModifiers(config),
  };
}

/** The settings of a test whose change is a change of the test; they also stand for what was authored. */
export function testModifiers(config: TestConfig): Record<string, unknown> {
  return {
    severity: config.severity,
    store_failures: config.storeFailures,
    where: config.where ?? null,
    limit: config.limit ?? null,
    fail_calc: config.failCalc,
    warn_if: config.warnIf,
    error_if: config.errorIf,
  };
}
