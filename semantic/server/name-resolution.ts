import { semanticErrors } from '../errors.ts';
import type { Dimension, Metric, MetricCatalog } from './metric-catalog.ts';
import { nearestNames } from './nearest-names.ts';

/** A metric by short name or member; throws SEMANTIC_METRIC_UNKNOWN with the nearest names. */
export function findMetric(catalog: MetricCatalog, name: string): Metric {
  const found = catalog.metrics.find((metric) => metric.name === name || metric.member === name);
  if (found !== undefined) return found;
  const names = catalog.metrics.map((metric) => metric.name);
  throw semanticErrors.error('SEMANTIC_METRIC_UNKNOWN', {
    message: `there is no metric "${name}"`,
    remedy: suggestion(name, names, 'Metrics'),
  });
}

/** A dimension of the view of `metric`; throws SEMANTIC_DIMENSION_UNKNOWN with the nearest names. */
export function findDimension(catalog: MetricCatalog, metric: Metric, name: string): Dimension {
  const own = catalog.dimensions.filter((dimension) => dimension.view === metric.view);
  const found = own.find((dimension) => dimension.name === name || dimension.member === name);
  if (found !== undefined) return found;
  const names = own.map((dimension) => dimension.name);
  throw semanticErrors.error('SEMANTIC_DIMENSION_UNKNOWN', {
    message: `${metric.name} (view ${metric.view}) has no dimension "${name}"`,
    remedy: suggestion(name, names, 'Dimensions'),
  });
}

function suggestion(name: string, names: readonly string[], kind: string): string {
  const near = nearestNames(name, names);
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`;
  return `${kind} are: ${[...names].sort().join(', ')}.`;
}
