import type { Check, CheckResult } from '../checks/check.ts';
import { planChecks } from '../checks/plan.ts';
import { runChecks } from '../checks/run-checks.ts';
import { singularChecksOfRun } from '../checks/singular.ts';
import { comparesWithStaging } from '../checks/staged-side.ts';
import { touchedKeys } from '../checks/touched-keys.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Reasons } from './hold-back.ts';

/** What of a run is to be checked. */
export interface World {
  /** The run; its deltas are those that may still be published. */
  readonly run: BuildRun;
  readonly considered: ReadonlySet<string>;
  readonly held: Reasons;
  /** Models held back since the last look: only checks that read one of them can have another outcome now. */
  readonly newlyHeld: ReadonlySet<string> | undefined;
}

/** Checks the world as it would be after publication: held-back models stand at their old rows. */
export async function checkWorld(
  context: EngineContext,
  world: World,
  threads: number,
): Promise<CheckResult[]> {
  const { run, considered, held, newlyHeld } = world;
  const forward = new Set([...considered].filter((name) => !held.has(name)));
  const keys = touchedKeys(context, run);
  const planned = await planChecks(context, run, forward, keys);
  if (held.size > 0) {
    // Checks over what is held back and what is not: the two must agree as they will stand.
    const known = new Set(planned.map(({ uniqueId }) => uniqueId));
    const across = await singularChecksOfRun(context, run, considered, { keys });
    planned.push(...across.filter(({ uniqueId }) => !known.has(uniqueId)));
  }
  const checks = planned.filter(
    (check) => isAffected(check, newlyHeld) && isMeaningful(context, check, world),
  );
  return await runChecks(context, await keys.place(checks), { threads });
}

export function isAffected(
  { refs }: Pick<Check, 'refs'>,
  newlyHeld: ReadonlySet<string> | undefined,
): boolean {
  return newlyHeld === undefined || refs.some((ref) => newlyHeld.has(ref));
}

/**
 * What is held back keeps its old rows, which need no check of their own: rows that others drop are kept for them. And
 * it lags behind staging, so that comparing the two would cry wolf.
 */
function isMeaningful({ project }: EngineContext, check: Check, { held }: World): boolean {
  if (held.has(check.model)) return false;
  return !(check.refs.some((ref) => held.has(ref)) && comparesWithStaging(project, check));
}
