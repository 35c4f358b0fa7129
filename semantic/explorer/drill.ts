import type { Dimension, Metric, MetricCatalog } from '../server/metric-catalog.ts';
import { sharedDimensions } from './catalog-choices.ts';
import { mergedFilters } from './state.ts';
import type { ExplorerState } from './state.ts';

/** The way from the values of one column to what is beneath them. */
export interface Drill {
  readonly title: string;
  /** What to ask for, to see a value's rows by the next level; null is the value of rows that have none. */
  readonly into: (value: string | null) => Partial<ExplorerState>;
}

/**
 * The next level of a hierarchy that a column is in; undefined at its end, where the next level is shown already, and where
 * not all of the metrics have it.
 */
export function drillOf(
  catalog: MetricCatalog,
  metrics: readonly Metric[],
  state: Pick<ExplorerState, 'by' | 'filters' | 'sort'>,
  column: string,
): Drill | undefined {
  if (!state.by.includes(column)) return undefined;
  const offered = sharedDimensions(catalog, metrics);
  const own = offered.find((each) => isNamed(each, column));
  if (own === undefined) return undefined;
  const next = nextLevel(catalog, metrics, own.name, offered);
  if (next === undefined || state.by.some((name) => isNamed(next, name))) return undefined;
  return {
    title: next.title,
    into: (value) => ({
      by: state.by.map((name) => (name === column ? next.name : name)),
      filters: mergedFilters([
        // The values that were asked for so far are wider than the one that is looked into.
        ...state.filters.filter(({ name, operator }) => !(isNamed(own, name) && operator === 'equals')),
        value === null
          ? { name: own.name, operator: 'notSet', values: [] }
          : { name: own.name, operator: 'equals', values: [value] },
      ]),
      sort: state.sort?.column === column ? undefined : state.sort,
    }),
  };
}

function nextLevel(
  { hierarchies }: MetricCatalog,
  metrics: readonly Metric[],
  name: string,
  offered: readonly Dimension[],
): Dimension | undefined {
  for (const { view, levels } of hierarchies) {
    const at = levels.indexOf(name);
    const next = at < 0 ? undefined : offered.find((each) => each.name === levels[at + 1]);
    if (next !== undefined && metrics.some((metric) => metric.view === view)) return next;
  }
  return undefined;
}

function isNamed({ name, member }: Dimension, called: string): boolean {
  return called === name || called === member;
}
