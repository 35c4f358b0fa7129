import type { Metric, MetricCatalog } from '../../server/metric-catalog.ts';
import type { Cube, Exposed, Model, View } from '../../validate/model.ts';
import type { MeasureText } from '../../validate/model-schema.ts';
import { isMultiplied } from './fan-out.ts';
import { saidCatalog } from './said-catalog.ts';
import type { Adding, Column, DimensionColumn, MeasureColumn, Relation, Relations } from './relation.ts';

/** The views that a catalogue shows, as relations. The catalogue holds what its reader may see, and nothing else. */
export function relationsOf(model: Model, seen: MetricCatalog): Relations {
  const catalog = saidCatalog(model, seen);
  const relations = catalog.views.flatMap((shown) => {
    const view = model.views.find(({ name }) => name === shown.name);
    return view === undefined ? [] : [relationOf(model, catalog, view)];
  });
  return new Map(relations.map((relation) => [relation.name, relation]));
}

function relationOf(model: Model, catalog: MetricCatalog, view: View): Relation {
  const of = (each: { readonly view: string }): boolean => each.view === view.name;
  const exposed = new Map(view.exposed.map((each) => [each.name, each]));
  const dimensions = catalog.dimensions.filter(of).map(toDimension);
  const segments = catalog.segments.filter(of).map(toSegment);
  const measures = catalog.metrics.filter(of).flatMap((metric) => {
    const own = exposed.get(metric.name);
    return own === undefined ? [] : [toMeasure(model, metric, own, exposed)];
  });
  const byName = (first: Column, second: Column): number => place(view, first) - place(view, second);
  const columns: Column[] = [...dimensions, ...segments, ...measures];
  const currency = dimensions.find(({ name }) => exposed.get(name)?.member === 'currency');
  const title = catalog.views.find(({ name }) => name === view.name);
  return {
    name: view.name,
    comment: title?.description ?? '',
    columns: new Map(columns.toSorted(byName).map((column) => [column.name, column])),
    rowCount: measures.find(({ name }) => isRowCount(model, view, exposed.get(name)))?.name,
    currency: currency?.name,
  };
}

function place(view: View, { name }: Column): number {
  return view.exposed.findIndex((each) => each.name === name);
}

const dimensionTypes = { string: 'text', number: 'numeric', boolean: 'boolean', time: 'timestamp' } as const;

function toDimension({
  name,
  member,
  type,
  title,
  description,
}: MetricCatalog['dimensions'][number]): DimensionColumn {
  const comment = told(title, description);
  return { kind: type === 'time' ? 'time' : 'dimension', name, member, type: dimensionTypes[type], comment };
}

function toSegment({ name, member, title, description }: MetricCatalog['segments'][number]): DimensionColumn {
  const comment = `Segment, for WHERE. ${told(title, description)}`;
  return { kind: 'segment', name, member, type: 'boolean', comment };
}

function toMeasure(
  model: Model,
  metric: Metric,
  own: Exposed,
  exposed: ReadonlyMap<string, Exposed>,
): MeasureColumn {
  const { name, member, view, unit, period, timeDimension } = metric;
  const text = model.cubes.get(own.cube)?.measures.get(own.member)?.value;
  const adding: Adding =
    text === undefined ? { kind: 'none', why: 'its definition is not known' } : addingOf(text, metric);
  const multiplied = [...exposed.values()].filter(({ path }) => isMultiplied(model, own.path, path));
  return {
    kind: 'measure',
    name,
    member,
    type: unit === 'count' ? 'bigint' : 'numeric',
    comment: commentOf(metric),
    adding:
      text === undefined ? { kind: 'none', why: 'its definition is not known' } : addingOf(text, metric),
    // Amounts, which are sums of minor units that are scaled once, are computed; so is what is no sum at all.
    aggregates: aggregatesOf[text?.type ?? 'number'] ?? (adding.kind === 'sum' ? ['sum'] : []),
    multipliedBy: new Set(multiplied.map((each) => each.name)),
    // Cube joins periods by what they are split by, and drops rows that one of them lacks.
    period: period === undefined ? 'own' : `${view}.${timeDimension} ${period}`,
    lookingBackBy: period === undefined ? undefined : timeDimension,
  };
}

/** MEASURE means every measure; these mean a measure of that type just as well. */
const aggregatesOf: Partial<Record<MeasureText['type'], readonly string[]>> = {
  sum: ['sum'],
  count: ['count', 'sum'],
  count_distinct: ['count', 'count distinct'],
  min: ['min'],
  max: ['max'],
};

/** Sums of minor units, scaled; written alike in every cube (`money.yml` says why). */
const scaledSum =
  /^cast\(-?coalesce\(\{\w+\}, 0\)(?<money> \* \{one_currency\})? as decimal\(30,0\)\) \* 0\.\d+$/;

function addingOf(text: MeasureText, { period, denominator }: Metric): Adding {
  if (period !== undefined) return { kind: 'none', why: 'it looks at other days than its own' };
  if (denominator !== undefined) return { kind: 'none', why: `it is divided by ${denominator}` };
  if (text.type === 'count_distinct') return { kind: 'none', why: 'it counts distinct things' };
  if (text.type === 'count') return { kind: 'sum', isZeroOverNothing: true, isMoney: false };
  if (text.type === 'sum') return { kind: 'sum', isZeroOverNothing: false, isMoney: false };
  const scaled = scaledSum.exec((text.sql ?? '').trim());
  if (scaled === null) return { kind: 'none', why: 'it is computed of sums' };
  return { kind: 'sum', isZeroOverNothing: true, isMoney: scaled.groups?.['money'] !== undefined };
}

/** Counts every row of the view's first cube. */
function isRowCount(model: Model, { exposed }: View, own: Exposed | undefined): boolean {
  const root = exposed[0]?.path[0];
  const cube: Cube | undefined = model.cubes.get(own?.cube ?? '');
  const text = cube?.measures.get(own?.member ?? '')?.value;
  const counts = text?.type === 'count' && text.filters === undefined && text.rolling_window === undefined;
  return counts && own?.path.length === 1 && own.cube === root;
}

function told(title: string, description: string): string {
  return description === '' ? title : `${title}. ${description}`;
}

function commentOf({ title, description, unit, tier, owner, denominator, deprecated }: Metric): string {
  const over = denominator === undefined ? '' : ` Divided by ${denominator}.`;
  const gone = deprecated === undefined ? '' : ` DEPRECATED: ${deprecated}`;
  return `Measure, for MEASURE(). ${told(title, description)}${over} Unit: ${unit}. ${tier}, owned by ${owner}.${gone}`;
}
