import type { Check } from '../checks/check.ts';
import { planPublishedChecks } from '../checks/plan.ts';
import { recordChecks } from '../checks/record.ts';
import { runChecks } from '../checks/run-checks.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Cadence } from '../project/model.ts';
import { cadenceOf } from '../project/model.ts';
import { behindStaging } from '../run/behind.ts';
import type { TestResult } from '../run/published.ts';
import { newRunId } from '../warehouse/lease.ts';
import { closeDays, reopenRestated } from './closed-days.ts';
import { freshnessResults } from './freshness-results.ts';
import { mustBePublished } from './published-state.ts';

/**
 * Runs the checks that look at whole tables or at the time of day, and therefore have a time of their own instead of a
 * place in every build (`meta: { cadence: hourly }`), on what is published; hourly also how fresh everything is. Their
 * results are recorded like all others.
 */
export async function runCadence(context: EngineContext, cadence: Cadence): Promise<TestResult> {
  const { warehouse, clock } = context;
  const state = await mustBePublished(context);
  const run: BuildRun = {
    id: newRunId(clock.now()),
    version: state.head,
    stageStep: state.stage.step,
    deltas: new Map(),
    consumed: state.consumed,
    together: new Set(),
  };
  await reopenRestated(context);
  const isOfCadence = ({ config }: Check): boolean => cadenceOf(config) === cadence;
  const plan = await planPublishedChecks(context, run, behindStaging(context, state));
  const results = [
    ...(await runChecks(context, plan.checks.filter(isOfCadence))),
    ...(cadence === 'hourly' ? await freshnessResults(context) : []),
  ];
  await recordChecks(warehouse, run, results, clock.now().toISOString());
  await closeDays(context, run.version);
  return { checks: results, left: plan.left.filter(({ check }) => isOfCadence(check)) };
}
