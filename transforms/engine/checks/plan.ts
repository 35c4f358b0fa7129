import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Check } from './check.ts';
import { dataChecksOfPublished, dataChecksOfRun } from './data-checks.ts';
import { readCheckFacts } from './facts.ts';
import { manifestChecks } from './manifest-checks.ts';
import { singularChecksOfPublished, singularChecksOfRun } from './singular.ts';
import { comparesWithStaging } from './staged-side.ts';
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

/** Why marts lag behind staging, by name; those that do not are not in it. */
export type BehindStaging = ReadonlyMap<string, string>;

/** A check that was not run, and why it would say nothing. */
export interface LeftOut {
  readonly check: Check;
  readonly why: string;
}

export interface PublishedPlan {
  readonly checks: readonly Check[];
  readonly left: readonly LeftOut[];
}

/**
 * Every check of what is published, whole; for `transform test`. One that compares with staging a mart that has not read
 * what is staged would cry wolf: it is left out, by name.
 */
export async function planPublishedChecks(
  context: EngineContext,
  run: BuildRun,
  behind: BehindStaging,
): Promise<PublishedPlan> {
  const [data, singular] = await Promise.all([
    dataChecksOfPublished(context),
    singularChecksOfPublished(context, run),
  ]);
  const judged = [...data, ...singular].map((check) => ({ check, why: whyLeft(context, check, behind) }));
  return {
    checks: judged.flatMap(({ check, why }) => (why === undefined ? [check] : [])),
    left: judged.flatMap(({ check, why }) => (why === undefined ? [] : [{ check, why }])),
  };
}

function whyLeft({ project }: EngineContext, check: Check, behind: BehindStaging): string | undefined {
  if (!comparesWithStaging(project, check)) return undefined;
  const lagging = [...new Set([check.model, ...check.refs])].find((name) => behind.has(name));
  return lagging === undefined
    ? undefined
    : `it compares with staging, and ${lagging} ${behind.get(lagging)}`;
}
