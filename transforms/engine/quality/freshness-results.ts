import type { CheckResult } from '../checks/check.ts';
import { checkFreshness, wasNeverLoaded } from '../checks/freshness.ts';
import type { FreshnessResult } from '../checks/freshness.ts';
import type { EngineContext } from '../context.ts';
import { readMartFreshness } from './mart-freshness.ts';
import type { MartFreshness } from './mart-freshness.ts';

type Told = Pick<CheckResult, 'model' | 'name' | 'severity' | 'status' | 'message'>;

/**
 * How fresh every source and every mart is, by the source's own time, as results of checks: `fresh` of a source fails past
 * its error limit, `reflects_<source>` of a mart only warns, as it cannot be fresher than its source. A source that was
 * never read is none, and marts that hold nothing of it are left out. Two statements.
 */
export async function freshnessResults(context: EngineContext): Promise<CheckResult[]> {
  const { project } = context;
  const told = [
    ...sourcesOf(await checkFreshness(context)),
    ...(await readMartFreshness(context)).flatMap(toMart),
  ];
  return told.map((each) => ({
    ...each,
    uniqueId: `freshness.${project.name}.${each.model}.${each.name}`,
    kind: 'freshness',
    failures: each.status === 'pass' ? 0 : 1,
    samples: [],
    rows: [],
    sql: '',
    refs: [],
    storedIn: undefined,
    definition: undefined,
  }));
}

const ranks = { pass: 0, warn: 1, error: 2, 'runtime error': 3 } as const;

/** Tables of one source are read together: the worst of them is told. */
function sourcesOf(results: readonly FreshnessResult[]): Told[] {
  const worst = new Map<string, FreshnessResult>();
  for (const result of results) {
    if (wasNeverLoaded(result)) continue;
    const source = result.source.split('.')[0] ?? result.source;
    const known = worst.get(source);
    if (known === undefined || ranks[result.status] > ranks[known.status]) worst.set(source, result);
  }
  return [...worst].map(([source, result]): Told => {
    const shared = { model: source, name: 'fresh', severity: 'error' as const };
    if (result.status === 'runtime error') return { ...shared, status: 'error', message: result.message };
    const { status, maxLoadedAt } = result;
    const message =
      status === 'pass' ? undefined : `${result.source} was read up to ${maxLoadedAt.toISOString()}`;
    return { ...shared, status: status === 'error' ? 'fail' : status, message };
  });
}

function toMart({ mart, source, reflects, status }: MartFreshness): Told[] {
  if (status === 'unknown' || reflects === null) return [];
  const isFresh = status === 'pass';
  const message = isFresh ? undefined : `it holds what ${source} had committed up to ${reflects}`;
  return [
    { model: mart, name: `reflects_${source}`, severity: 'warn', status: isFresh ? 'pass' : 'warn', message },
  ];
}
