import type { CompilerApi } from '@cubejs-backend/server-core/dist/src/core/CompilerApi.js';
import { semanticErrors } from '../../errors.ts';
import { rollupOf } from './rollup.ts';
import type { PlannedRollup, Rollup } from './rollup.ts';

/** What is asked of Cube's compiler here. */
type Compiler = Pick<CompilerApi, 'preAggregations' | 'getSql'>;

/** The rollups of a compiled model, in its order. Throws SEMANTIC_MODEL_INVALID for one that cannot be kept. */
export async function planRollups(compiler: Compiler): Promise<Rollup[]> {
  const declared = await compiler.preAggregations({});
  return Promise.all(
    declared.map(async ({ id, references }) => {
      const { measures, dimensions, timeDimensions } = references;
      const query = {
        measures,
        dimensions,
        timeDimensions: timeDimensions.map(({ dimension, granularity }) => ({ dimension, granularity })),
        preAggregationId: id,
        timezone: 'UTC',
      };
      const planned: unknown = (await compiler.getSql(query as never)).preAggregations;
      const own = (planned as PlannedRollup[]).find(({ preAggregationId }) => preAggregationId === id);
      const rollup = own === undefined ? undefined : rollupOf(own);
      if (rollup !== undefined) return rollup;
      throw semanticErrors.error('SEMANTIC_MODEL_INVALID', {
        message: `the rollup ${id} is not by day in partitions of a month, or an earlier one of its cube covers it`,
      });
    }),
  );
}

/**
 * A compiler whose plans read rollups only where those are there to be read: until they are built for the first time, and
 * where the file of them is lost, the warehouse answers.
 */
export function withReadyRollups(
  compiler: CompilerApi,
  isReady: (ids: readonly string[]) => boolean,
): CompilerApi {
  const getSql: CompilerApi['getSql'] = async (query, options) => {
    const plan = await compiler.getSql(query, options);
    const used = (plan.preAggregations as unknown as PlannedRollup[]).map((each) => each.preAggregationId);
    if (used.length === 0 || isReady(used)) return plan;
    return compiler.getSql({ ...query, disableExternalPreAggregations: true } as typeof query, options);
  };
  return new Proxy(compiler, {
    get: (target, name) => {
      if (name === 'getSql') return getSql;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}
