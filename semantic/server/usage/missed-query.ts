import { z } from 'zod';
import { filterMembers, queriesIn } from '../query-text.ts';

/** What a query asks for, without the values that it asks about. */
export interface QueryShape {
  readonly measures: readonly string[];
  readonly dimensions: readonly string[];
  readonly segments: readonly string[];
  /** Members that rows are filtered by, other than by a range of dates. */
  readonly filters: readonly string[];
  readonly dates: readonly { readonly dimension: string; readonly granularity: string | undefined }[];
}

/** Queries of one shape that only the warehouse could answer. */
export interface MissedQuery {
  readonly shape: QueryShape;
  readonly count: number;
  readonly totalMs: number;
  readonly lastAt: string;
}

const names = z.array(z.string()).default([]);
const query = z.looseObject({
  measures: names,
  dimensions: names,
  segments: names,
  filters: z.array(filterMembers).default([]),
  timeDimensions: z
    .array(z.looseObject({ dimension: z.string(), granularity: z.string().nullish() }))
    .default([]),
});

/** The shapes of a request's queries; none of what is no query. */
export function shapesOf(text: string): QueryShape[] {
  return (queriesIn(text, query) ?? []).map(
    ({ measures, dimensions, segments, filters, timeDimensions }) => ({
      measures: sorted(measures),
      dimensions: sorted(dimensions),
      segments: sorted(segments),
      filters: sorted(filters.flat()),
      dates: timeDimensions.map(({ dimension, granularity }) => ({
        dimension,
        granularity: granularity ?? undefined,
      })),
    }),
  );
}

function sorted(members: readonly string[]): string[] {
  return [...new Set(members)].sort();
}

const shapeSchema: z.ZodType<QueryShape> = z.object({
  measures: z.array(z.string()),
  dimensions: z.array(z.string()),
  segments: z.array(z.string()),
  filters: z.array(z.string()),
  dates: z.array(
    z.object({
      dimension: z.string(),
      granularity: z
        .string()
        .optional()
        .transform((each) => each),
    }),
  ),
});

/** The file that misses are kept in: one line of JSON each. */
export const missedSchema = z.object({
  shape: shapeSchema,
  count: z.number().int(),
  totalMs: z.number(),
  lastAt: z.string(),
});
