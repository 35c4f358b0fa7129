import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Check } from './check.ts';
import { dataChecksOfPublished, dataChecksOfRun } from './data-checks.ts';
import { readCheckFacts } from './facts.ts';
import { manifestChecks } from './manifest-checks.ts';
import { singularChecksOfPublished, singularChecksOfRun } from './singular.ts';
import { readPublication } from '../warehouse/state.ts';
import { stagingChecks } from './staging-checks.ts';
import type { TouchedKeys } from './touched-keys.ts';

/**
 * Every check of what a run is about to publish: on its deltas, on what they take keys away from, on the sources and
 * staging rows it took in. `considered` are the models the run looked at, changed or not. Asked again with fewer
 * deltas, it plans for the world in which the missing ones do not happen. `keys` has to place what they ask.
 */
export async function planChecks(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
  keys: TouchedKeys,
): Promise<Check[]> {
  const facts = await readCheckFacts(context, run);
  const [data, singular, staging] = await Promise.all([
    dataChecksOfRun(context, run, considered, { facts, keys }),
    singularChecksOfRun(context, run, considered, { facts, keys }),
    stagingChecks(context, facts),
  ]);
  return [...data, ...singular, ...staging, ...manifestChecks(context, facts)];
}

/** Every check of what is published, whole; for `transform test`. */
export async function planPublishedChecks(context: EngineContext, run: BuildRun): Promise<Check[]> {
  const [data, singular, published] = await Promise.all([
    dataChecksOfPublished(context),
    singularChecksOfPublished(context, run),
    readPublication(context.warehouse),
  ]);
  // Between stage and build, staging is ahead of what is published: comparing the two would cry wolf.
  const isAhead = published?.stageStep !== run.stageStep;
  return [...data.filter((check) => !isAhead || !comparesWithStaging(context, check)), ...singular];
}

function comparesWithStaging({ project }: EngineContext, { model, refs }: Check): boolean {
  const isStaging = (name: string): boolean => project.models.get(name)?.layer === 'staging';
  return !isStaging(model) && refs.some(isStaging);
}
