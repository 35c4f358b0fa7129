import type { MetricCatalog } from '../../semantic/server/metric-catalog.ts';
import type { Semantic } from '../../semantic/server/semantic.ts';
import type { MetricSource } from '../../transforms/engine/quality/metrics.ts';

/** The semantic layer as the check of its numbers asks it: by day, and by currency, as money of several is not added up. */
export function metricSource({
  catalog,
  queryMetrics,
}: Pick<Semantic, 'catalog' | 'queryMetrics'>): MetricSource {
  return {
    metrics: async () => (await catalog()).metrics.map(({ name }) => name),
    ask: async ({ metrics, from, to }) => {
      const known = await catalog();
      const byDay = { grain: 'day', from, to } as const;
      const withCurrency = metrics.filter((name) => hasCurrency(known, name));
      const without = metrics.filter((name) => !hasCurrency(known, name));
      const answers = await Promise.all([
        withCurrency.length === 0 ? [] : queryMetrics({ ...byDay, metrics: withCurrency, by: ['currency'] }),
        without.length === 0 ? [] : queryMetrics({ ...byDay, metrics: without }),
      ]);
      return answers.flatMap((answer) =>
        'rows' in answer ? answer.rows.map((row) => ({ currency: '', ...row })) : [],
      );
    },
  };
}

function hasCurrency({ metrics, dimensions }: MetricCatalog, name: string): boolean {
  const view = metrics.find((metric) => metric.name === name)?.view;
  return dimensions.some((dimension) => dimension.view === view && dimension.name === 'currency');
}
