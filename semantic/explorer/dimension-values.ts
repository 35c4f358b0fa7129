import type { Metric, MetricCatalog } from '../server/metric-catalog.ts';
import type { Choice } from './choice.ts';
import type { CubeRest } from './cube-rest.ts';

/** Enough to choose from; who types finds the others. */
const mostValues = 50;

/** Values that a dimension of these metrics has, of those with `typed` in them. */
export async function dimensionValues(
  rest: CubeRest,
  catalog: MetricCatalog,
  { metrics, dimension, typed }: { metrics: readonly Metric[]; dimension: string; typed: string },
): Promise<readonly Choice[]> {
  const view = metrics[0]?.view;
  const found = catalog.dimensions.find(
    (each) => each.name === dimension && (view === undefined || each.view === view),
  );
  if (found === undefined || found.type !== 'string') return [];
  const { member } = found;
  const filters = typed === '' ? [] : [{ member, operator: 'contains', values: [typed] }];
  const query = { dimensions: [member], filters, order: { [member]: 'asc' }, limit: mostValues };
  // Without values to choose from one can type them.
  const rows = await rest.load(query).then(
    (loaded) => loaded.rows,
    () => [],
  );
  return rows.flatMap((row) => {
    const value = row[member] ?? null;
    return value === null ? [] : { value: String(value), label: String(value) || '(empty text)' };
  });
}
