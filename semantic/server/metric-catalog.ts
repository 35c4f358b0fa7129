import { z } from 'zod';
import { metricMetaSchema } from './metric-meta.ts';
import type { MetricMeta } from './metric-meta.ts';

/** A governed measure, as a person needs to know it. */
export interface Metric {
  /** Short name, unique across views: `gmv`. */
  readonly name: string;
  /** Cube member: `finance.gmv`. */
  readonly member: string;
  readonly view: string;
  readonly title: string;
  readonly description: string;
  readonly owner: string;
  readonly tier: MetricMeta['tier'];
  readonly unit: MetricMeta['unit'];
  /** The business date by which this metric is reported. */
  readonly timeDimension: string;
  /** Of which days a row's number is, where not of its own. */
  readonly period: MetricMeta['period'];
  /** The metric that a ratio or an average divides by; in the model it may be one that nobody can ask for. */
  readonly denominator: string | undefined;
  readonly synonyms: readonly string[];
  readonly deprecated: string | undefined;
  /** Dimensions by which a number is looked into. */
  readonly drillMembers: readonly string[];
}

/** A name to split or filter metrics of one view by. */
export interface Dimension {
  readonly name: string;
  readonly member: string;
  readonly view: string;
  readonly title: string;
  readonly description: string;
  readonly type: 'string' | 'time' | 'number' | 'boolean';
}

/** A condition with a name, to filter metrics of one view by. */
export interface Segment {
  readonly name: string;
  readonly member: string;
  readonly view: string;
  readonly title: string;
  readonly description: string;
}

/** Dimensions of one view from the coarse to the fine. */
export interface Hierarchy {
  readonly name: string;
  readonly view: string;
  readonly levels: readonly string[];
}

export interface CatalogView {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Whom it is for: finance, operations, customers, support. */
  readonly area: string;
  readonly members: readonly { readonly name: string; readonly kind: 'measure' | 'dimension' }[];
}

/** All that can be asked for. */
export interface MetricCatalog {
  readonly metrics: readonly Metric[];
  readonly dimensions: readonly Dimension[];
  readonly segments: readonly Segment[];
  readonly hierarchies: readonly Hierarchy[];
  readonly views: readonly CatalogView[];
}

const measureSchema = z.object({
  name: z.string(),
  shortTitle: z.string(),
  description: z.string().default(''),
  drillMembers: z.array(z.string()).default([]),
  meta: metricMetaSchema.optional(),
});

const dimensionSchema = z.object({
  name: z.string(),
  shortTitle: z.string().default(''),
  description: z.string().default(''),
  type: z.enum(['string', 'time', 'number', 'boolean']),
});

const segmentSchema = z.object({
  name: z.string(),
  shortTitle: z.string().default(''),
  description: z.string().default(''),
});
const hierarchySchema = z.object({ name: z.string(), levels: z.array(z.string()) });

const metaSchema = z.object({
  cubes: z.array(
    z.object({
      name: z.string(),
      title: z.string().default(''),
      description: z.string().default(''),
      meta: z.object({ area: z.string().default('') }).default({ area: '' }),
      segments: z.array(segmentSchema).default([]),
      hierarchies: z.array(hierarchySchema).default([]),
      measures: z.array(measureSchema),
      dimensions: z.array(dimensionSchema),
    }),
  ),
});

/** Reads the catalogue out of Cube's meta. A measure without `meta` is not governed: no metric. */
export function metricCatalog(meta: unknown): MetricCatalog {
  const { cubes } = metaSchema.parse(meta);
  const metrics = cubes.flatMap((view) => view.measures.flatMap((measure) => toMetric(view.name, measure)));
  return {
    metrics,
    dimensions: cubes.flatMap((view) =>
      view.dimensions.map(({ shortTitle: title, ...each }) => ({
        ...each,
        ...inView(view.name, each.name),
        title,
      })),
    ),
    segments: cubes.flatMap((view) =>
      view.segments.map(({ shortTitle: title, ...each }) => ({
        ...each,
        ...inView(view.name, each.name),
        title,
      })),
    ),
    hierarchies: cubes.flatMap((view) =>
      view.hierarchies.map(({ name, levels }) => ({
        ...memberName(name),
        view: view.name,
        levels: levels.map((level) => memberName(level).name),
      })),
    ),
    views: cubes.map((view) => ({
      name: view.name,
      title: view.title,
      description: view.description,
      area: view.meta.area,
      members: [
        ...view.measures.map(({ name }) => ({ name, kind: 'measure' as const })),
        ...view.dimensions.map(({ name }) => ({ name, kind: 'dimension' as const })),
      ],
    })),
  };
}

function toMetric(view: string, measure: z.infer<typeof measureSchema>): Metric[] {
  if (measure.meta === undefined) return [];
  const {
    time_dimension: timeDimension,
    owner,
    tier,
    unit,
    period,
    denominator,
    synonyms,
    deprecated,
  } = measure.meta;
  return [
    {
      ...memberName(measure.name),
      view,
      title: measure.shortTitle,
      description: measure.description,
      owner,
      tier,
      unit,
      timeDimension,
      period,
      denominator,
      synonyms,
      deprecated,
      drillMembers: measure.drillMembers.map((member) => memberName(member).name),
    },
  ];
}

function inView(
  view: string,
  member: string,
): {
  readonly name: string;
  readonly member: string;
  readonly view: string;
} {
  return { ...memberName(member), view };
}

function memberName(member: string): { readonly name: string; readonly member: string } {
  return { name: member.slice(member.indexOf('.') + 1), member };
}
