import { z } from 'zod';

/** One or several texts; always a list afterwards. */
export const texts = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const meta = z.record(z.string(), z.unknown());
const flag = z.boolean();

/** A hook is a text or { sql, transaction }. */
const hooks = z.preprocess(
  (value) => (Array.isArray(value) || value === undefined ? value : [value]),
  z.array(z.union([z.string(), z.strictObject({ sql: z.string(), transaction: flag.optional() })])),
);

/** What Snowflake grants on tables and views. */
const privileges: readonly string[] = [
  'all',
  'all privileges',
  'applybudget',
  'delete',
  'evolve schema',
  'insert',
  'ownership',
  'references',
  'select',
  'truncate',
  'update',
];

/** Roles by privilege. A mistyped one would be found by the build alone, each time it runs. */
const grants = z.record(z.string(), texts).superRefine((given, context) => {
  for (const privilege of Object.keys(given)) {
    if (privileges.includes(privilege.toLowerCase())) continue;
    context.addIssue({
      code: 'custom',
      path: [privilege],
      message: `must be a privilege on tables: ${privileges.join(', ')}`,
    });
  }
});

/** Settings of every node. */
const common = {
  enabled: flag.optional(),
  schema: z.string().nullish(),
  alias: z.string().nullish(),
  tags: texts.optional(),
  meta: meta.optional(),
  group: z.string().nullish(),
  full_refresh: flag.nullish(),
  pre_hook: hooks.optional(),
  post_hook: hooks.optional(),
  grants: grants.optional(),
  query_tag: z.string().nullish(),
  event_time: z.string().nullish(),
  contract: z
    .union([
      flag.transform((enforced) => ({ enforced })),
      z.strictObject({ enforced: flag, alias_types: flag.optional() }),
    ])
    .optional(),
};

/** Settings of dbt that change nothing here: accepted, kept for the manifest and told of once. */
const withoutEffect = {
  docs: z.unknown().optional(),
  persist_docs: z.unknown().optional(),
  quoting: z.unknown().optional(),
  packages: z.unknown().optional(),
  cluster_by: z.unknown().optional(),
  automatic_clustering: z.unknown().optional(),
  transient: z.unknown().optional(),
  copy_grants: z.unknown().optional(),
  secure: z.unknown().optional(),
  snowflake_warehouse: z.unknown().optional(),
  indexes: z.unknown().optional(),
  on_configuration_change: z.unknown().optional(),
  freshness: z.unknown().optional(),
};

/** Settings of dbt that would give other rows if they were ignored, and what to write instead. */
export const refusedSettings: Readonly<Record<string, string>> = {
  sql_header: 'put the statements into a pre_hook',
  database: 'one warehouse database holds all layers; choose it in profiles.yml',
  partition_by: 'warehouses of ours partition by themselves; bound publishes with meta.prune_by',
  batch_size: 'use incremental_strategy: keys_touched; `shopwave transform backfill` takes date ranges',
  lookback: 'use incremental_strategy: keys_touched, which needs no look-back',
  begin: 'use incremental_strategy: keys_touched; `shopwave transform backfill` takes date ranges',
  concurrent_batches: 'use `shopwave transform backfill`, which chunks by itself',
  inserts_only: 'use incremental_strategy: append',
  target_schema: 'snapshots of dbt are not supported: use materialized: scd2',
  check_cols: 'snapshots of dbt are not supported: use materialized: scd2 with meta.scd2.attributes',
  strategy: 'snapshots of dbt are not supported: use materialized: scd2',
};

/** Settings that are taken and change nothing here; said as a note. */
export const settingsWithoutEffect: ReadonlySet<string> = new Set(Object.keys(withoutEffect));

/** Settings of a model as its file, its YAML or a tree of dbt_project.yml writes them; unknown ones are refused. */
export const modelConfigSchema = z.strictObject({
  ...common,
  ...withoutEffect,
  materialized: z.string().optional(),
  incremental_strategy: z.string().nullish(),
  // Of merge and delete+insert: read by materialize/merge-config.ts.
  incremental_predicates: texts.nullish(),
  merge_update_columns: texts.nullish(),
  merge_exclude_columns: texts.nullish(),
  unique_key: texts.nullish(),
  on_schema_change: z.enum(['fail', 'ignore', 'append_new_columns', 'sync_all_columns']).optional(),
  access: z.enum(['private', 'protected', 'public']).optional(),
});

/** What one place says of a model, before places are merged. */
export type AuthoredModelConfig = z.output<typeof modelConfigSchema>;

/** The same of a seed. */
export const seedConfigSchema = z.strictObject({
  ...common,
  ...withoutEffect,
  materialized: z.literal('seed').optional(),
  column_types: z.record(z.string(), z.string()).optional(),
  delimiter: z.string().length(1).optional(),
  quote_columns: flag.nullish(),
  unique_key: texts.nullish(),
  on_schema_change: z.enum(['fail', 'ignore', 'append_new_columns', 'sync_all_columns']).optional(),
  access: z.enum(['private', 'protected', 'public']).optional(),
});

/** A number of failures, as dbt writes it: `!= 0`, `>10`, `between 1 and 5`. */
const failureCondition = z
  .string()
  .trim()
  .regex(
    /^(?:(?:=|==|!=|<>|<|<=|>|>=)\s*-?\d+(?:\.\d+)?|between\s+\d+\s+and\s+\d+)$/i,
    'must compare a number of failures, such as ">10" or "!= 0"',
  );

/** The same of a data test, generic or singular. */
const plainName = z
  .string()
  .trim()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name: letters, digits and underscores');

export const testConfigSchema = z.strictObject({
  enabled: flag.optional(),
  severity: z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(['error', 'warn']))
    .optional(),
  warn_if: failureCondition.optional(),
  error_if: failureCondition.optional(),
  where: z.string().nullish(),
  limit: z.int().positive().nullish(),
  store_failures: flag.nullish(),
  store_failures_as: z
    .enum(['table', 'view', 'ephemeral'])
    .refine(
      (place) => place !== 'view',
      'view is not supported, since what a run tests is gone after it, and a view with it; use table',
    )
    .nullish(),
  fail_calc: z.string().optional(),
  tags: texts.optional(),
  meta: meta.optional(),
  schema: plainName.nullish(),
  alias: plainName.nullish(),
  group: z.string().nullish(),
  sql_header: z.string().nullish(),
});

/** What one place says of a data test, before places are merged. */
export type AuthoredTestConfig = z.output<typeof testConfigSchema>;

const age = z.strictObject({ count: z.int().positive(), period: z.enum(['minute', 'hour', 'day']) });

/** When a source's newest row is too old; null takes a limit of an outer level away. */
export const freshnessSchema = z.strictObject({
  warn_after: age.nullish(),
  error_after: age.nullish(),
  filter: z.string().nullish(),
});

/** The same of a source or one of its tables. */
export const exposureConfigSchema = z.strictObject({
  enabled: flag.optional(),
  meta: meta.optional(),
  tags: texts.optional(),
});

export const unitTestConfigSchema = z.strictObject({
  enabled: flag.optional(),
  meta: meta.optional(),
  tags: texts.optional(),
  static_analysis: z.unknown().optional(),
});

export const sourceConfigSchema = z.strictObject({
  enabled: flag.optional(),
  event_time: z.string().nullish(),
  meta: meta.optional(),
  tags: texts.optional(),
  freshness: freshnessSchema.nullish(),
  loaded_at_field: z.string().nullish(),
  loaded_at_query: z.string().nullish(),
});

/** dbt writes hooks with a hyphen or an underscore. */
export function canonicalSetting(key: string): string {
  return key === 'pre-hook' || key === 'post-hook' ? key.replace('-', '_') : key;
}
