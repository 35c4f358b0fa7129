import { z } from 'zod';
import { metricMetaSchema } from '../server/metric-meta.ts';

const text = z.string().min(1);

const join = z.strictObject({
  name: text,
  relationship: z.enum(['many_to_one', 'one_to_many', 'one_to_one']),
  sql: text,
});

const dimension = z.strictObject({
  name: text,
  title: text.optional(),
  description: text.optional(),
  type: z.enum(['string', 'number', 'time', 'boolean']),
  sql: text,
  primary_key: z.boolean().optional(),
  public: z.boolean().optional(),
});

/**
 * Kinds of measures. Neither avg, which no rollup can add up and which is a float, nor count_distinct_approx, which is
 * another number on every engine: an average is a ratio of two sums.
 */
export const measureTypes = ['count', 'count_distinct', 'sum', 'min', 'max', 'number'] as const;

const measure = z.strictObject({
  name: text,
  title: text.optional(),
  description: text.optional(),
  type: z.enum(measureTypes),
  format: z.enum(['number', 'currency', 'percent']).optional(),
  sql: text.optional(),
  filters: z.array(z.strictObject({ sql: text })).optional(),
  public: z.boolean().optional(),
  multi_stage: z.boolean().optional(),
  time_shift: z
    .array(z.strictObject({ time_dimension: text, interval: text, type: z.enum(['prior', 'next']) }))
    .optional(),
  rolling_window: z.strictObject({ trailing: text }).optional(),
  drill_members: z.array(text).optional(),
  meta: metricMetaSchema.optional(),
});

const segment = z.strictObject({ name: text, title: text, description: text, sql: text });
const hierarchy = z.strictObject({ name: text, title: text, levels: z.array(text).min(2) });

/** By day in partitions of a month: what a publication has changed is read anew by months. */
const rollup = z.strictObject({
  name: text,
  measures: z.array(text).min(1),
  dimensions: z.array(text).optional(),
  time_dimension: text,
  granularity: z.literal('day'),
  partition_granularity: z.literal('month'),
});

const cube = z.strictObject({
  name: text,
  extends: text.optional(),
  description: text,
  public: z.literal(false, 'has to be false: what people ask are views'),
  sql: text.optional(),
  sql_table: text.optional(),
  joins: z.array(join).optional(),
  dimensions: z.array(dimension).optional(),
  segments: z.array(segment).optional(),
  hierarchies: z.array(hierarchy).optional(),
  measures: z.array(measure).optional(),
  pre_aggregations: z.array(rollup).optional(),
});

/** Who a view is for. */
export const areas = ['finance', 'operations', 'customers', 'support'] as const;

const include = z.union([text, z.strictObject({ name: text, alias: text })]);

const view = z.strictObject({
  name: text,
  title: text,
  description: text,
  meta: z.strictObject({ area: z.enum(areas) }),
  cubes: z.array(z.strictObject({ join_path: text, includes: z.array(include).min(1) })).min(1),
});

/** One YAML file of the model. */
export const modelFileSchema = z
  .strictObject({ cubes: z.array(cube).optional(), views: z.array(view).optional() })
  .refine(({ cubes, views }) => (cubes ?? views) !== undefined, 'holds neither cubes nor views');

export type CubeText = z.infer<typeof cube>;
export type ViewText = z.infer<typeof view>;
export type MeasureText = z.infer<typeof measure>;
export type DimensionText = z.infer<typeof dimension>;
export type SegmentText = z.infer<typeof segment>;
export type RollupText = z.infer<typeof rollup>;
export type JoinText = z.infer<typeof join>;
