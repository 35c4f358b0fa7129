import { isBlocking } from '../checks/check.ts';
import type { CheckResult } from '../checks/check.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { RunState } from '../warehouse/state.ts';
import type { Computed } from './compute-deltas.ts';
import { blockedModels, heldBySources, withDescendants } from './hold-back.ts';
import type { Reasons } from './hold-back.ts';
import { findKeptRows, nothingKept } from './keep-rows.ts';
import type { Kept } from './keep-rows.ts';
import { throwIfCancelled } from '../warehouse/lease.ts';
import { checkWorld, isAffected } from './world-checks.ts';

/** What may be published, and what not. The run's deltas are left with what may. */
export interface Verdict {
  readonly held: Reasons;
  readonly kept: Kept;
  /** Every check with its newest outcome. */
  readonly checks: readonly CheckResult[];
}

/**
 * Decides what is published: what fails is held back with everything made from it, and the rest is judged again in a
 * world without the held deltas, until nothing more fails.
 */
export async function judge(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  computed: ReadonlyMap<string, Computed>,
  options: { readonly threads: number; readonly signal: AbortSignal },
): Promise<Verdict> {
  const { project } = context;
  const checks = new Map<string, CheckResult>();
  const considered = new Set(computed.keys());
  let held: Reasons = withDescendants(
    project,
    merge(failedToCompute(computed), heldBySources(project, state.sourceHolds, considered)),
  );
  let kept = nothingKept;
  // Before the first version nothing has old rows to stand at, so that there is no world to judge.
  if (state.last === undefined && held.size > 0) return { held, kept, checks: [] };
  let standing: CheckResult[] = [];
  let newlyHeld: ReadonlySet<string> | undefined;
  for (;;) {
    throwIfCancelled(options.signal);
    for (const name of held.keys()) run.deltas.delete(name);
    const fresh = await checkWorld(context, { run, considered, held, newlyHeld }, options.threads);
    for (const check of fresh) checks.set(checkKey(check), check);
    standing = [...standing.filter((check) => !isAffected(check, newlyHeld)), ...fresh];
    const failing = nextToHold(context, standing, held, new Set(run.deltas.keys()));
    if (failing.size === 0) {
      kept = await findKeptRows(context, run, new Set(held.keys()), state.models);
      if (kept.impossible.size === 0) break;
    }
    const before = held;
    held = withDescendants(project, merge(held, failing.size > 0 ? failing : kept.impossible));
    newlyHeld = new Set([...held.keys()].filter((name) => !before.has(name)));
    if (state.last === undefined) break;
  }
  return { held, kept, checks: [...checks.values()] };
}

function failedToCompute(computed: ReadonlyMap<string, Computed>): Map<string, readonly string[]> {
  return new Map(
    [...computed].flatMap(([name, { error }]) =>
      error === undefined ? [] : [[name, [`${error.code}: ${error.message}. ${error.remedy}`]] as const],
    ),
  );
}

/**
 * What failed checks hold back that is not held yet. Checks that stand on one model come first: what they hold back
 * may be all that is wrong with a check over several.
 */
function nextToHold(
  { project }: EngineContext,
  standing: readonly CheckResult[],
  held: Reasons,
  changed: ReadonlySet<string>,
): Map<string, string[]> {
  const failed = standing
    .filter(isBlocking)
    .map((check) => ({ check, blocks: [...blockedModels(project, [check], changed).keys()] }))
    .filter(({ blocks }) => blocks.some((model) => !held.has(model)));
  const single = failed.filter(({ blocks }) => blocks.length === 1);
  return blockedModels(
    project,
    (single.length > 0 ? single : failed).map(({ check }) => check),
    changed,
  );
}

function merge(held: Reasons, more: Reasons): Map<string, readonly string[]> {
  const merged = new Map(held);
  for (const [model, reasons] of more)
    merged.set(model, [...new Set([...(merged.get(model) ?? []), ...reasons])]);
  return merged;
}

function checkKey(check: CheckResult): string {
  return `${check.uniqueId}/${check.model}/${check.name}`;
}
