import type { CubeQuery } from '../server/cube-query.ts';
import type { MetricCatalog } from '../server/metric-catalog.ts';
import { queryMetrics } from '../server/metric-query.ts';
import type { MetricQuery, MetricResult } from '../server/metric-query.ts';
import type { CubeRest, Served } from './cube-rest.ts';

/** Numbers, all of one publication. */
export interface Answer {
  readonly result: MetricResult;
  /** Of the part that took most. */
  readonly served: Served;
  /** What Cube was asked: one query for each view and business date. */
  readonly queries: readonly CubeQuery[];
}

/** Publications came faster than the parts of an answer could be read. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

const mostTries = 4;
/** The costliest first: an answer of several parts is from where its costliest was. */
const costs = ['warehouse', 'rollup', 'cache'];

/**
 * Asks as `shopwave metrics query` does, through Cube's REST API. Where the parts of an answer came from different
 * publications or models, all are asked for again.
 */
export async function answerOf(
  rest: CubeRest,
  catalog: MetricCatalog,
  query: MetricQuery,
  signal?: AbortSignal,
): Promise<Answer> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const asked: Array<{ readonly query: CubeQuery; readonly served: Served }> = [];
    const load = async (each: CubeQuery): Promise<Awaited<ReturnType<CubeRest['load']>>['rows']> => {
      const { rows, served } = await rest.load(each, signal);
      asked.push({ query: each, served });
      return rows;
    };
    const result = await queryMetrics(load, catalog, query);
    const served = servedTogether(asked.map((each) => each.served));
    if (served !== undefined) return { result, served, queries: asked.map((each) => each.query) };
  }
  throw new Overtaken('new publications came faster than the parts of this answer');
}

function servedTogether(all: readonly Served[]): Served | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const { publication, model } = first;
  if (all.some((each) => each.publication !== publication || each.model !== model)) return undefined;
  return all.toSorted((left, right) => costs.indexOf(left.origin) - costs.indexOf(right.origin))[0];
}
