import type { CubeQuery } from '../server/cube-query.ts';
import type { MetricCatalog } from '../server/metric-catalog.ts';
import { queryMetrics } from '../server/metric-query.ts';
import type { MetricQuery, MetricResult } from '../server/metric-query.ts';
import type { CubeRest } from './cube-rest.ts';
import type { Served } from './served-text.ts';

/** Numbers, all of one publication. */
export interface Answer {
  readonly result: MetricResult;
  /** Of the part that took most. */
  readonly served: Served;
  /** What Cube was asked: one query for each view and business date. */
  readonly queries: readonly CubeQuery[];
}

/** The parts of an answer were of different publications, however often they were asked for. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** A publication that has just come is settled within some seconds: 0, 0.3, 0.6, 1.2, 2.4 and 4.8 are waited. */
const mostTries = 6;
const pauseMs = 300;
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
    await new Promise((resolve) => setTimeout(resolve, tries === 0 ? 0 : pauseMs * 2 ** (tries - 1)));
    signal?.throwIfAborted();
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
  throw new Overtaken('the parts of this answer are of different publications');
}

function servedTogether(all: readonly Served[]): Served | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const { publication, model } = first;
  if (all.some((each) => each.publication !== publication || each.model !== model)) return undefined;
  const [costliest] = all.toSorted((left, right) => costs.indexOf(left.origin) - costs.indexOf(right.origin));
  return { ...first, ...costliest, isStale: all.some(({ isStale }) => isStale) };
}
