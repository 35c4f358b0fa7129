import type { Metric } from '../server/metric-catalog.ts';
import type { MetricQuery } from '../server/metric-query.ts';
import type { TriedModel } from '../server/workbench.ts';
import { publishable } from '../validate/published.ts';

/** What became of a metric between two models. */
export type MetricChange =
  | { readonly kind: 'added'; readonly now: Metric }
  | { readonly kind: 'removed'; readonly before: Metric }
  /** Under another name it is computed as before. */
  | { readonly kind: 'renamed'; readonly before: Metric; readonly now: Metric }
  /** Another statement is sent for it: its number may be another one. */
  | { readonly kind: 'computed otherwise'; readonly before: Metric; readonly now: Metric }
  | { readonly kind: 'unchanged'; readonly before: Metric; readonly now: Metric };

/** Any days will do where only statements are compared; some metrics have none without. */
const someDays = { from: '2000-01-01', to: '2000-12-31' } as const;

/**
 * Compares two models metric by metric. By the statements that Cube makes of them, which hold all that a number depends
 * on: whatever is said otherwise but sent alike gives the same numbers.
 */
export async function metricChanges(before: TriedModel, now: TriedModel): Promise<readonly MetricChange[]> {
  const old = new Map(before.catalog.metrics.map((metric) => [metric.member, metric]));
  const renamed = renamings(before, now);
  const changes: MetricChange[] = [];
  for (const metric of now.catalog.metrics) {
    const source = renamed.get(metric.member);
    const earlier = old.get(source ?? metric.member);
    if (earlier === undefined) changes.push({ kind: 'added', now: metric });
    else if (source !== undefined) changes.push({ kind: 'renamed', before: earlier, now: metric });
    else {
      const isAlike = (await statementsOf(before, earlier)) === (await statementsOf(now, metric));
      changes.push({ kind: isAlike ? 'unchanged' : 'computed otherwise', before: earlier, now: metric });
    }
  }
  const kept = new Set([...now.catalog.metrics.map(({ member }) => member), ...renamed.values()]);
  const removed = before.catalog.metrics.filter(({ member }) => !kept.has(member));
  return [...changes, ...removed.map((metric) => ({ kind: 'removed' as const, before: metric }))];
}

/** How a metric is asked for alone: money of several currencies is not added up. */
export function askFor({ catalog }: TriedModel, { name, view, unit }: Metric): MetricQuery {
  const hasCurrency = catalog.dimensions.some((each) => each.view === view && each.name === 'currency');
  return { metrics: [name], ...(unit === 'currency' && hasCurrency ? { by: ['currency'] } : {}) };
}

async function statementsOf(tried: TriedModel, metric: Metric): Promise<string> {
  const statements = await tried.explain({ ...askFor(tried, metric), grain: 'month', ...someDays });
  return JSON.stringify([metric.unit, metric.timeDimension, statements]);
}

/** New members that mean what a member meant that is gone, by their names. */
function renamings(before: TriedModel, now: TriedModel): ReadonlyMap<string, string> {
  const old = publishable(before.model.model);
  const fresh = publishable(now.model.model);
  const gone = old.filter(({ member }) => fresh.every((each) => each.member !== member));
  const found = new Map<string, string>();
  for (const { member, meaning } of fresh) {
    if (old.some((each) => each.member === member)) continue;
    const twins = gone.filter((each) => isAlike(each, { member, meaning }));
    if (twins.length === 1 && twins[0] !== undefined) found.set(member, twins[0].member);
  }
  return found;
}

interface Meant {
  readonly member: string;
  readonly meaning: readonly string[];
}

/** Under an alias the meaning is as it was; else its lines begin with the measure's name, which is another one. */
function isAlike(a: Meant, b: Meant): boolean {
  const plain = ({ member, meaning }: Meant): string =>
    JSON.stringify(meaning.map((line) => line.replace(`${shortName(member)}:`, 'itself:')));
  return JSON.stringify(a.meaning) === JSON.stringify(b.meaning) || plain(a) === plain(b);
}

function shortName(member: string): string {
  return member.slice(member.indexOf('.') + 1);
}
