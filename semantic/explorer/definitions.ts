import type { Metric, MetricCatalog } from '../server/metric-catalog.ts';
import { dimensionTitle, viewTitle } from './catalog-choices.ts';
import { element } from './dom.ts';
import { unitTitles } from './exact-number.ts';

const periodTitles: Readonly<Record<NonNullable<Metric['period']>, string>> = {
  previous_month: 'the days one month before those of the row',
  previous_year: 'the days one year before those of the row',
  trailing_28_days: 'the 28 days up to the last one of the row',
  to_date: 'all days up to the last one of the row',
};

/** What the chosen metrics mean, in the words of the model. */
export function definitions(catalog: MetricCatalog, metrics: readonly Metric[]): HTMLElement[] {
  return metrics.map((metric) => definition(catalog, metric));
}

function definition(catalog: MetricCatalog, metric: Metric): HTMLElement {
  const { denominator, period, deprecated } = metric;
  const named = catalog.metrics.find(({ name }) => name === denominator)?.title;
  const facts: ReadonlyArray<readonly [string, string | undefined]> = [
    ['Name', metric.name],
    ['View', viewTitle(catalog, metric.view)],
    ['Owner', metric.owner],
    ['Tier', metric.tier],
    ['Unit', unitTitles[metric.unit]],
    ['Denominator', denominator && (named ?? denominator.replaceAll('_', ' '))],
    ['Told by', dimensionTitle(catalog, metric.timeDimension, [metric])],
    ['Covers', period && periodTitles[period]],
    ['Also called', metric.synonyms.join(', ')],
    ['Looked into by', metric.drillMembers.map((name) => dimensionTitle(catalog, name, [metric])).join(', ')],
  ];
  return element('article', { class: 'definition' }, [
    element('h3', {}, [metric.title, ' ', element('span', { class: `tier ${metric.tier}` }, [metric.tier])]),
    deprecated === undefined ? undefined : element('p', { class: 'warning' }, [`Deprecated: ${deprecated}`]),
    element('p', {}, [metric.description]),
    element(
      'dl',
      {},
      facts.flatMap(([term, text]) =>
        text === undefined || text === '' ? [] : [element('dt', {}, [term]), element('dd', {}, [text])],
      ),
    ),
  ]);
}
