import { semanticErrors } from '../errors.ts';
import type { Dimension, Metric, MetricCatalog, Segment } from './metric-catalog.ts';
import { nearestNames } from './nearest-names.ts';

/** A metric by short name or member; throws SEMANTIC_METRIC_UNKNOWN with the nearest names. */
export function findMetric(catalog: MetricCatalog, name: string): Metric {
  const found = catalog.metrics.find((metric) => metric.name === name || metric.member === name);
  if (found !== undefined) return found;
  const names = catalog.metrics.map((metric) => metric.name);
  const meant = catalog.metrics.filter(({ synonyms }) => synonyms.some((each) => isSame(each, name)));
  throw semanticErrors.error('SEMANTIC_METRIC_UNKNOWN', {
    message: `there is no metric "${name}"`,
    remedy:
      meant.length > 0
        ? `It is called ${meant.map((metric) => metric.name).join(' or ')} here.`
        : suggestion(name, names, 'Metrics'),
  });
}

/** A segment of the view of `metric`; throws SEMANTIC_SEGMENT_UNKNOWN with the nearest names. */
export function findSegment(catalog: MetricCatalog, metric: Metric, name: string): Segment {
  const own = catalog.segments.filter((segment) => segment.view === metric.view);
  const found = own.find((segment) => segment.name === name || segment.member === name);
  if (found !== undefined) return found;
  throw semanticErrors.error('SEMANTIC_SEGMENT_UNKNOWN', {
    message: `${metric.name} (view ${metric.view}) has no segment "${name}"`,
    remedy:
      own.length === 0
        ? 'The view has none.'
        : suggestion(
            name,
            own.map((each) => each.name),
            'Segments',
          ),
  });
}

function isSame(synonym: string, name: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]+/g, ' ');
  return plain(synonym) === plain(name);
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
