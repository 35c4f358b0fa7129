import { z } from 'zod';
import { tiers } from '../server/metric-meta.ts';
import { partsOf } from './model.ts';
import type { Cube, Model, Said } from './model.ts';
import type { MeasureText } from './model-schema.ts';
import { namesIn } from './sql-names.ts';

/** What was published of a metric: under which name, how far to trust it, and what it means. */
export const publishedSchema = z.strictObject({
  tier: z.enum(tiers),
  version: z.int().min(1),
  deprecated: z.string().optional(),
  /** All that its number depends on, one line a measure, and what is read. */
  meaning: z.array(z.string()),
});
export type Published = z.infer<typeof publishedSchema>;

/** By member, as `finance.gmv`. */
export type PublishedMetrics = Readonly<Record<string, Published>>;

/** A metric of the model as it would be published, and where it is written. */
export interface Publishable extends Published {
  readonly member: string;
  readonly where: string;
}

/** Every metric that a view shows, by member. */
export function publishable(model: Model): readonly Publishable[] {
  const { cubes, views } = model;
  const metrics = views.flatMap((view) =>
    view.exposed.flatMap(({ name, cube, member, path }) => {
      const owner = cubes.get(cube);
      const measure = owner?.measures.get(member);
      if (owner === undefined || measure?.value.meta === undefined) return [];
      const { tier, version = 1, deprecated } = measure.value.meta;
      return [
        {
          member: `${view.name}.${name}`,
          where: measure.at('name'),
          tier,
          version,
          ...(deprecated === undefined ? {} : { deprecated }),
          meaning: [
            ...reads(owner, path, model),
            ...partsOf(owner, member).map((part) => lineOf(part, member)),
            ...dimensionsOf(owner, member),
          ],
        },
      ];
    }),
  );
  return metrics.toSorted((a, b) => (a.member < b.member ? -1 : 1));
}

/** By marts, not by cubes: how those are called is nobody else's business. */
function reads(cube: Cube, path: readonly string[], { cubes }: Model): string[] {
  const way = path.slice(0, -1).map((name) => cubes.get(name)?.mart ?? name);
  return [`${plain(cube.sql)}${way.length > 0 ? ` by way of ${way.join(', ')}` : ''}`];
}

/** Dimensions that the parts of a measure are made of. */
function dimensionsOf(cube: Cube, member: string): string[] {
  const named = partsOf(cube, member).flatMap(({ value }) => namesIn(value.sql ?? '').members);
  return [...new Set(named)].flatMap((name) => {
    const sql = cube.dimensions.get(name)?.value.sql;
    return sql === undefined ? [] : [`${name}: ${plain(sql)}`];
  });
}

/** One measure, with all that changes a number: its meta counts for the metric itself. */
function lineOf({ value }: Said<MeasureText>, metric: string): string {
  const { name, type, sql, filters, time_shift: shift, rolling_window: window, meta } = value;
  const said = [
    `${name}: ${type}`,
    sql === undefined ? '' : plain(sql),
    ...(filters ?? []).map((filter) => `where ${plain(filter.sql)}`),
    ...(shift ?? []).map((each) => `${each.interval} ${each.type} by ${each.time_dimension}`),
    window === undefined ? '' : `over ${window.trailing}`,
    name === metric && meta !== undefined ? `in ${meta.unit} by ${meta.time_dimension}` : '',
  ];
  return said.filter((each) => each !== '').join(' ');
}

function plain(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}
