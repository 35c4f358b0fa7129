import type { Check, CheckResult } from '../checks/check.ts';
import { planPublishedChecks } from '../checks/plan.ts';
import type { LeftOut } from '../checks/plan.ts';
import { runChecks } from '../checks/run-checks.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Project } from '../project/model.ts';
import { readRunState } from '../warehouse/read-state.ts';
import { isReleased } from '../warehouse/state.ts';
import type { RunState } from '../warehouse/state.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { utcOrNull } from '../warehouse/utc.ts';
import { behindStaging } from './behind.ts';
import { hasNewHold, heldIn } from './held-back.ts';
import { causesFirst } from './hold-back.ts';
import { standingOf } from './reflects.ts';
import type { HeldModel } from './request.ts';

export interface TestOptions {
  /** Unique ids of tests; undefined means every check. */
  readonly tests?: ReadonlySet<string> | undefined;
  /** Models whose checks by the engine itself, which have no test in a file, are wanted besides. */
  readonly models?: ReadonlySet<string> | undefined;
  readonly threads?: number | undefined;
}

/** What checks of what is published came to. */
export interface TestResult {
  readonly checks: readonly CheckResult[];
  /** Those that would have said nothing as things stand, and were not run. */
  readonly left: readonly LeftOut[];
}

/** The checks that are wanted on the published marts as they are. */
export async function testPublished(context: EngineContext, options: TestOptions = {}): Promise<TestResult> {
  const state = await readRunState(context.warehouse);
  if (state.last === undefined)
    throw transformErrors.error('TRANSFORM_NOTHING_PUBLISHED', { message: 'there are no marts to check' });
  const run: BuildRun = {
    id: 'none',
    version: state.head,
    stageStep: state.stage.step,
    deltas: new Map(),
    consumed: state.consumed,
    together: new Set(),
  };
  const { tests, models, threads } = options;
  const declared = tests === undefined ? undefined : declaredTests(context.project);
  const isWanted = ({ uniqueId, model }: Check): boolean =>
    declared?.has(uniqueId) === false ? (models?.has(model) ?? false) : (tests?.has(uniqueId) ?? true);
  const plan = await planPublishedChecks(context, run, behindStaging(context, state));
  const checks = await runChecks(
    context,
    plan.checks.filter(isWanted),
    threads === undefined ? {} : { threads },
  );
  return { checks, left: plan.left.filter(({ check }) => isWanted(check)) };
}

function declaredTests(project: Project): Set<string> {
  const on = [...project.models.values(), ...project.sources.values()].flatMap(({ tests }) => tests);
  return new Set([...on, ...project.tests].map(({ uniqueId }) => uniqueId));
}

/** Marts that stand at an older version because a check, or their own SQL, failed; then those made from them. */
export async function readHeldBack(context: EngineContext): Promise<HeldModel[]> {
  const state = await readRunState(context.warehouse);
  const held = [...heldIn(context.project, state)].map(([model, { since, reasons }]) => {
    const standing = standingOf(state, model);
    return {
      model,
      version: standing === undefined ? null : Number(standing.version),
      since,
      sourceWatermark: standing?.watermark ?? null,
      sourceCommittedAt: utcOrNull(standing?.committedAt),
      reasons,
    };
  });
  return causesFirst(held);
}

/**
 * Whether a build has something new to try. What is held back was tried with all that is staged, and the same data
 * would fail again, so that it counts as tried until new data come or the model is edited.
 */
export async function isBehind(context: EngineContext): Promise<boolean> {
  const state = await readRunState(context.warehouse);
  if (state.unstaged > 0) return true;
  if (hasNewHold(context.project, state)) return true;
  const isAnyReleased = [...heldIn(context.project, state).values()].some((mark) =>
    isReleased(mark, state.sourceHolds),
  );
  return isAnyReleased || (state.stage.step !== (state.last?.stageStep ?? 0n) && !wasTried(context, state));
}

function wasTried(context: EngineContext, state: RunState): boolean {
  const marks = [...heldIn(context.project, state)];
  return (
    marks.length > 0 &&
    marks.every(
      ([model, mark]) =>
        mark.stageStep === state.stage.step && mark.fingerprint === fingerprintOf(context, model),
    )
  );
}
