import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Check } from './check.ts';
import { dataChecksOfPublished, dataChecksOfRun } from './data-checks.ts';
import { recentRawCondition } from './rows-under-test.ts';
import { singularChecksOfPublished, singularChecksOfRun } from './singular.ts';
import { stagingChecks } from './staging-checks.ts';

/**
 * Every check of what a run is about to publish: on its deltas, on what they take keys away from, on the sources and
 * staging rows it took in. `considered` are the models the run looked at, changed or not. Asked again with fewer
 * deltas, it plans for the world in which the missing ones do not happen.
 */
export async function planChecks(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
): Promise<Check[]> {
  const recentRaw = await recentRawCondition(context);
  const parts = await Promise.all([
    dataChecksOfRun(context, run, considered, recentRaw),
    singularChecksOfRun(context, run, considered),
    stagingChecks(context, recentRaw),
  ]);
  return parts.flat();
}

/** Every check of what is published, whole; for `transform test`. */
export async function planPublishedChecks(context: EngineContext, run: BuildRun): Promise<Check[]> {
  const parts = await Promise.all([dataChecksOfPublished(context), singularChecksOfPublished(context, run)]);
  return parts.flat();
}
