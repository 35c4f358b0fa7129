import type { Dimension, Metric, MetricCatalog, Segment } from '../server/metric-catalog.ts';
import type { Choice } from './choice.ts';

/** The metrics with these names, short or as members; what is not there is left out. */
export function metricsNamed(catalog: MetricCatalog, names: readonly string[]): Metric[] {
  return names.flatMap(
    (name) => catalog.metrics.find((metric) => metric.name === name || metric.member === name) ?? [],
  );
}

/** Metrics whose title, name, synonym or description has all the words, those with it in the title first. */
export function metricChoices(catalog: MetricCatalog, typed: string): Choice[] {
  const fitting = catalog.metrics.filter(({ title, name, synonyms, description, view }) =>
    hasWords([title, name, ...synonyms, description, viewTitle(catalog, view)].join(' '), typed),
  );
  const isInTitle = ({ title, name }: Metric): boolean => hasWords(`${title} ${name}`, typed);
  const order = [...fitting.filter(isInTitle), ...fitting.filter((metric) => !isInTitle(metric))];
  return order.map((metric) => ({
    value: metric.name,
    label: metric.title,
    hint:
      metric.deprecated === undefined
        ? metric.tier === 'certified'
          ? undefined
          : metric.tier
        : 'deprecated',
    group: viewTitle(catalog, metric.view),
  }));
}

export function viewTitle(catalog: MetricCatalog, view: string): string {
  return catalog.views.find(({ name }) => name === view)?.title ?? view;
}

type Member = Dimension | Segment;

/** What every one of the metrics can be split or filtered by; everything there is while no metric is chosen. */
function shared<Each extends Member>(members: readonly Each[], metrics: readonly Metric[]): Each[] {
  const views = new Set(metrics.map(({ view }) => view));
  const names = new Map<string, Each[]>();
  for (const member of members) {
    if (views.size === 0 || views.has(member.view)) {
      names.set(member.name, [...(names.get(member.name) ?? []), member]);
    }
  }
  return [...names.values()].flatMap((found) => (found.length >= views.size ? found.slice(0, 1) : []));
}

export function sharedDimensions(catalog: MetricCatalog, metrics: readonly Metric[]): Dimension[] {
  return shared(catalog.dimensions, metrics);
}

export function sharedSegments(catalog: MetricCatalog, metrics: readonly Metric[]): Segment[] {
  return shared(catalog.segments, metrics);
}

export function dimensionChoices(dimensions: readonly Dimension[], typed: string): Choice[] {
  return dimensions
    .filter(({ title, name, description }) => hasWords(`${title} ${name} ${description}`, typed))
    .map(({ name, title, type }) => ({
      value: name,
      label: title,
      hint: type === 'time' ? 'by day' : undefined,
    }));
}

/** What a dimension of these metrics is called: in another view the same name may stand for something else. */
export function dimensionTitle(
  { dimensions }: MetricCatalog,
  name: string,
  metrics: ReadonlyArray<Pick<Metric, 'view'>>,
): string {
  const called = dimensions.filter((each) => each.name === name || each.member === name);
  const own = called.find(({ view }) => metrics.some((metric) => metric.view === view));
  return (own ?? called[0])?.title ?? name.replaceAll('_', ' ');
}

function hasWords(text: string, typed: string): boolean {
  const plain = text.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => plain.includes(word));
}
