import { z } from 'zod';
import { freshnessSchema, texts } from './config-schema.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const meta = z.record(z.string(), z.unknown()).default({});
const settings = z.record(z.string(), z.unknown()).default({});
const tags = texts.default([]);
const anyList = z.array(z.unknown()).default([]);
const identifier = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name: letters, digits and underscores');
const docs = z.unknown().optional();

const constraint = z.strictObject({
  type: z.enum(['not_null', 'unique', 'primary_key', 'foreign_key', 'check', 'custom']),
  expression: z.string().optional(),
  name: z.string().optional(),
  columns: z.array(z.string()).default([]),
  to: z.string().optional(),
  to_columns: z.array(z.string()).default([]),
  warn_unenforced: z.boolean().optional(),
  warn_unsupported: z.boolean().optional(),
});

/** Tests are read one by one later: they have several forms. */
const testLists = { data_tests: anyList, tests: anyList };

const columnKeys = {
  name: z.string(),
  description: text,
  data_type: z.string().optional(),
  constraints: z.array(constraint).default([]),
  quote: z.boolean().optional(),
  tags,
  meta,
  config: z.strictObject({ meta, tags }).prefault({}),
  policy_tags: z.unknown().optional(),
  dimension: z.unknown().optional(),
  entity: z.unknown().optional(),
  granularity: z.string().optional(),
  ...testLists,
};
const column = z.strictObject(columnKeys);

const versionColumn = z.union([
  z.strictObject({
    include: z.union([z.literal('all'), z.literal('*'), z.array(z.string())]),
    exclude: z.array(z.string()).default([]),
  }),
  column,
]);

const versionNumber = z.union([z.number(), z.string()]).transform(String);

const version = z.strictObject({
  v: versionNumber,
  defined_in: z.string().optional(),
  description: z.string().optional(),
  access: z.enum(['private', 'protected', 'public']).optional(),
  config: settings,
  columns: z.array(versionColumn).optional(),
  constraints: z.array(constraint).optional(),
  deprecation_date: z.unknown().optional(),
  docs,
  data_tests: z.array(z.unknown()).optional(),
  tests: z.array(z.unknown()).optional(),
});

const model = z.strictObject({
  name: z.string(),
  description: text,
  config: settings,
  columns: z.array(column).default([]),
  constraints: z.array(constraint).default([]),
  access: z.enum(['private', 'protected', 'public']).optional(),
  group: z.string().optional(),
  tags,
  meta,
  docs,
  latest_version: versionNumber.optional(),
  versions: z.array(version).default([]),
  deprecation_date: z.unknown().optional(),
  time_spine: z.unknown().optional(),
  semantic_model: z.unknown().optional(),
  metrics: z.unknown().optional(),
  derived_semantics: z.unknown().optional(),
  agg_time_dimension: z.string().optional(),
  ...testLists,
});

const seed = z.strictObject({
  name: z.string(),
  description: text,
  config: settings,
  columns: z.array(column).default([]),
  group: z.string().optional(),
  tags,
  meta,
  docs,
  ...testLists,
});

const freshnessKeys = {
  freshness: freshnessSchema.nullish(),
  loaded_at_field: z.string().nullish(),
  loaded_at_query: z.string().nullish(),
};

const table = z.strictObject({
  name: identifier,
  description: text,
  identifier: z.string().optional(),
  config: settings,
  columns: z.array(column).default([]),
  tags,
  meta,
  quoting: z.unknown().optional(),
  external: z.unknown().optional(),
  loader: z.string().optional(),
  docs,
  ...freshnessKeys,
  ...testLists,
});

const source = z.strictObject({
  name: identifier,
  description: text,
  schema: z.string().optional(),
  database: z.string().optional(),
  loader: z.string().optional(),
  config: settings,
  tables: z.array(table).default([]),
  tags,
  meta,
  quoting: z.unknown().optional(),
  overrides: z.undefined('sources of a package cannot be overridden: there are no packages').optional(),
  tests: z.unknown().optional(),
  ...freshnessKeys,
});

const exposure = z.strictObject({
  name: identifier,
  label: z.string().optional(),
  type: z.enum(['dashboard', 'notebook', 'analysis', 'ml', 'application']),
  description: text,
  owner: z.strictObject({
    name: z.string().optional(),
    email: z.union([z.string(), z.array(z.string())]).optional(),
  }),
  url: z.string().optional(),
  maturity: z.enum(['high', 'medium', 'low']).optional(),
  depends_on: z.array(z.string()).default([]),
  tags,
  meta,
  config: settings,
  enabled: z.boolean().optional(),
});

const rows = z.union([z.string(), z.array(z.record(z.string(), z.unknown()))]).nullish();
const given = z.strictObject({
  input: z.string(),
  rows,
  format: z.enum(['dict', 'csv', 'sql']).default('dict'),
  fixture: z.string().optional(),
});

const unitTest = z.strictObject({
  name: identifier,
  model: z.string(),
  description: text,
  given: z.array(given).default([]),
  expect: z.strictObject({
    rows,
    format: z.enum(['dict', 'csv', 'sql']).default('dict'),
    fixture: z.string().optional(),
  }),
  overrides: z
    .strictObject({
      macros: z.record(z.string(), z.unknown()).default({}),
      vars: z.record(z.string(), z.unknown()).default({}),
      env_vars: z.record(z.string(), z.coerce.string()).default({}),
    })
    .prefault({}),
  config: settings,
  versions: z
    .strictObject({
      include: z.array(versionNumber).optional(),
      exclude: z.array(versionNumber).default([]),
    })
    .optional(),
});

const macro = z.strictObject({
  name: z.string(),
  description: text,
  docs,
  meta,
  config: settings,
  arguments: z
    .array(z.strictObject({ name: z.string(), type: z.string().optional(), description: text }))
    .default([]),
});

const singularTest = z.strictObject({ name: z.string(), description: text, config: settings, docs });

const group = z.strictObject({
  name: z.string(),
  description: text,
  owner: z.record(z.string(), z.unknown()),
  config: settings,
  meta,
});

/** One properties file: any YAML file under the model, seed, macro and test paths. */
export const propertiesSchema = z.strictObject({
  version: z.literal(2).optional(),
  models: z.array(model).default([]),
  seeds: z.array(seed).default([]),
  sources: z.array(source).default([]),
  exposures: z.array(exposure).default([]),
  unit_tests: z.array(unitTest).default([]),
  macros: z.array(macro).default([]),
  data_tests: z.array(singularTest).default([]),
  tests: z.array(singularTest).default([]),
  groups: z.array(group).default([]),
  snapshots: z.unknown().optional(),
  analyses: z.unknown().optional(),
  // The semantic layer has its own files; dbt's are tolerated.
  semantic_models: z.unknown().optional(),
  metrics: z.unknown().optional(),
  saved_queries: z.unknown().optional(),
  anchors: z.unknown().optional(),
});

/** A YAML properties file, checked; lists that it leaves out are empty. The types below are its entries. */
export type Properties = z.output<typeof propertiesSchema>;
export type ModelProperties = Properties['models'][number];
export type VersionProperties = ModelProperties['versions'][number];
export type ColumnProperties = z.output<typeof column>;
export type SeedProperties = Properties['seeds'][number];
export type SourceProperties = Properties['sources'][number];
export type TableProperties = SourceProperties['tables'][number];
export type ExposureProperties = Properties['exposures'][number];
export type UnitTestProperties = Properties['unit_tests'][number];
export type SingularTestProperties = Properties['data_tests'][number];
