import { isBlocking } from '../checks/check.ts';
import type { CheckResult } from '../checks/check.ts';
import type { BehindStaging } from '../checks/plan.ts';
import type { EngineContext } from '../context.ts';
import { storedInputs } from '../project/laws.ts';
import type { Project } from '../project/model.ts';
import { computable } from './compute-deltas.ts';
import { standingOf } from './reflects.ts';
import type { Behind } from './request.ts';
import type { RunOutcome } from './run-outcome.ts';
import { isBehindStaging } from './take-along.ts';
import type { RunState } from '../warehouse/state.ts';

type Known = Pick<RunOutcome, 'run' | 'state' | 'computed' | 'verdict'>;

/**
 * Models that a run of a selection left behind what is staged, or behind what it published itself. What is held back is
 * told by itself. Empty where everything was considered.
 */
export function leftBehind(context: EngineContext, { run, state, computed, verdict }: Known): Behind {
  const { project } = context;
  const unread = new Map<string, readonly string[]>();
  const models: string[] = [];
  for (const name of computable(project, undefined)) {
    if (computed.has(name) || state.held.has(name) || standingOf(state, name) === undefined) continue;
    const changed = storedInputs(project, name).filter((input) => run.deltas.has(input));
    if (isBehindStaging(context, state, name)) models.push(name);
    else if (changed.length > 0) unread.set(name, changed);
  }
  const behind = new Set([...models, ...unread.keys()]);
  return {
    step: Number(run.stageStep),
    models,
    readers: [...unread.keys()],
    add: toAdd(project, verdict.checks, computed, behind),
  };
}

/** Selectors of what a failed check compares with and what the run left behind: `x+` where it is made from x. */
function toAdd(
  project: Project,
  checks: readonly CheckResult[],
  computed: ReadonlyMap<string, unknown>,
  behind: ReadonlySet<string>,
): string[] {
  const selectors = checks.filter(isBlocking).flatMap(({ model, refs }) =>
    [...new Set([model, ...refs])]
      .filter((ref) => behind.has(ref))
      .map((ref) => {
        const above = refs.find((each) => computed.has(each) && isMadeFrom(project, ref, each));
        return above === undefined ? ref : `${above}+`;
      }),
  );
  return [...new Set(selectors)];
}

function isMadeFrom(project: Project, name: string, ancestor: string, seen = new Set<string>()): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  return storedInputs(project, name).some(
    (input) => input === ancestor || isMadeFrom(project, input, ancestor, seen),
  );
}

/** Marts that have not read what is staged, each with why: what stands in staging now says nothing of their rows. */
export function behindStaging(context: EngineContext, state: RunState): BehindStaging {
  const reasons = computable(context.project, undefined).map((name) => [
    name,
    whyBehind(context, state, name),
  ]);
  return new Map(reasons.filter((each): each is [string, string] => each[1] !== undefined));
}

function whyBehind(context: EngineContext, state: RunState, name: string): string | undefined {
  if (!isBehindStaging(context, state, name)) return undefined;
  if (state.held.has(name)) return 'is held back';
  return `has not read step ${state.stage.step} of it yet`;
}

/** What to do where a failed check compares with marts that were left behind; undefined where none does. */
export function remedyOf({ step, add }: Behind): string | undefined {
  if (add.length === 0) return undefined;
  return `Add ${add.map((each) => `\`${each}\``).join(' ')} to --select: what the failed check compares with has not read step ${step} yet.`;
}
