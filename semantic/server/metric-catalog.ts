import { z } from 'zod';

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
  /** 1: reported outside the team that owns it; 2: used inside; 3: explains another metric. */
  readonly tier: number;
  readonly unit: 'currency' | 'count';
  /** The business date by which this metric is reported. */
  readonly timeDimension: string;
}

/** A name to split or filter metrics of one view by. */
export interface Dimension {
  readonly name: string;
  readonly member: string;
  readonly view: string;
  readonly description: string;
  readonly type: 'string' | 'time' | 'number' | 'boolean';
}

export interface CatalogView {
  readonly name: string;
  readonly description: string;
  readonly members: readonly { readonly name: string; readonly kind: 'measure' | 'dimension' }[];
}

/** All that can be asked for. */
export interface MetricCatalog {
  readonly metrics: readonly Metric[];
  readonly dimensions: readonly Dimension[];
  readonly views: readonly CatalogView[];
}

const measureSchema = z.object({
  name: z.string(),
  shortTitle: z.string(),
  description: z.string().default(''),
  meta: z
    .object({
      owner: z.string(),
      tier: z.number(),
      unit: z.enum(['currency', 'count']),
      time_dimension: z.string(),
    })
    .optional(),
});

const dimensionSchema = z.object({
  name: z.string(),
  description: z.string().default(''),
  type: z.enum(['string', 'time', 'number', 'boolean']),
});

const metaSchema = z.object({
  cubes: z.array(
    z.object({
      name: z.string(),
      description: z.string().default(''),
      measures: z.array(measureSchema),
      dimensions: z.array(dimensionSchema),
    }),
  ),
});

/** Reads the catalogue out of Cube's meta. A measure without owner, tier, unit and date is not governed: no metric. */
export function metricCatalog(meta: unknown): MetricCatalog {
  const { cubes } = metaSchema.parse(meta);
  const metrics = cubes.flatMap((view) => view.measures.flatMap((measure) => toMetric(view.name, measure)));
  return {
    metrics,
    dimensions: cubes.flatMap((view) =>
      view.dimensions.map((each) => ({ ...each, ...memberName(each.name), view: view.name })),
    ),
    views: cubes.map((view) => ({
      name: view.name,
      description: view.description,
      members: [
        ...view.measures.map(({ name }) => ({ name, kind: 'measure' as const })),
        ...view.dimensions.map(({ name }) => ({ name, kind: 'dimension' as const })),
      ],
    })),
  };
}

function toMetric(view: string, measure: z.infer<typeof measureSchema>): Metric[] {
  if (measure.meta === undefined) return [];
  const { owner, tier, unit, time_dimension: timeDimension } = measure.meta;
  const { shortTitle: title, description } = measure;
  return [{ ...memberName(measure.name), view, title, description, owner, tier, unit, timeDimension }];
}

function memberName(member: string): { readonly name: string; readonly member: string } {
  return { name: member.slice(member.indexOf('.') + 1), member };
}
