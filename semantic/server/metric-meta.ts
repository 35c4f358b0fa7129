import { z } from 'zod';

/** certified: the one definition, reported outside the team that owns it; experimental: may change without notice. */
export const tiers = ['certified', 'experimental'] as const;

/** In what a metric is told. `reporting_currency` is one currency whatever orders came in; `ratio` is 0.25 for a quarter. */
export const units = ['currency', 'reporting_currency', 'count', 'ratio', 'hours', 'minutes'] as const;

/**
 * Days that a row's number is of, where not the row's own: as many a month or a year earlier, the 28 up to its last one,
 * or all up to its last one.
 */
export const periods = ['previous_month', 'previous_year', 'trailing_28_days', 'to_date'] as const;

/** What pins a metric's number: R9 compares it with the marts, the golden queries with numbers worked out by hand. */
export const metricTests = ['r9', 'golden'] as const;

const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'is no name of lower-case letters, digits and _');

/** What the definition of a governed metric says under `meta`. */
export const metricMetaSchema = z.strictObject({
  owner: name,
  tier: z.enum(tiers),
  unit: z.enum(units),
  /** The business date by which it is reported. */
  time_dimension: name,
  /** What a ratio or an average divides by. */
  denominator: name.optional(),
  period: z.enum(periods).optional(),
  synonyms: z.array(z.string().min(2)).min(1),
  tests: z.array(z.enum(metricTests)).min(1),
  /** Counted up when a certified metric changes its meaning. */
  version: z.int().min(1).optional(),
  /** Why it will go and what to use instead; once it is gone, the note stays in metrics.lock.yml. */
  deprecated: z.string().min(10).optional(),
});
export type MetricMeta = z.infer<typeof metricMetaSchema>;
