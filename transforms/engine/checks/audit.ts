import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { CheckResult } from './check.ts';
import { planChecks, planPublishedChecks } from './plan.ts';
import { runChecks } from './run-checks.ts';

export type { CheckResult } from './check.ts';

/** Checks what a run is about to publish, before it is published. */
export async function audit(
  context: EngineContext,
  run: BuildRun,
  considered: ReadonlySet<string>,
): Promise<CheckResult[]> {
  return await runChecks(context, await planChecks(context, run, considered));
}

/** Checks the published marts as they are; for `transform test`. */
export async function auditPublished(context: EngineContext, run: BuildRun): Promise<CheckResult[]> {
  return await runChecks(context, await planPublishedChecks(context, run));
}
