import type { Semantic } from '../../semantic/server/semantic.ts';
import type { MetricSource } from '../../transforms/engine/quality/metrics.ts';

/** The semantic layer as the check of its numbers asks it: by day and currency, as money of several is not added up. */
export function metricSource({
  catalog,
  queryMetrics,
}: Pick<Semantic, 'catalog' | 'queryMetrics'>): MetricSource {
  return {
    metrics: async () => (await catalog()).metrics.map(({ name }) => name),
    ask: async ({ metrics, from, to }) =>
      (await queryMetrics({ metrics, by: ['currency'], grain: 'day', from, to })).rows,
  };
}
