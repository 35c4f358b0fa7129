import type { CheckResult } from '../checks/check.ts';
import { planPublishedChecks } from '../checks/plan.ts';
import { recordChecks } from '../checks/record.ts';
import { runChecks } from '../checks/run-checks.ts';
import type { EngineContext } from '../context.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { Cadence } from '../project/model.ts';
import { cadenceOf } from '../project/model.ts';
import { newRunId } from '../warehouse/lease.ts';
import { closeDays, reopenRestated } from './closed-days.ts';
import { freshnessResults } from './freshness-results.ts';
import { mustBePublished } from './published-state.ts';

/**
 * Runs the checks that look at whole tables or at the time of day, and therefore have a time of their own instead of a
 * place in every build (`meta: { cadence: hourly }`), on what is published; hourly also how fresh everything is. Their
 * results are recorded like all others.
 */
export async function runCadence(context: EngineContext, cadence: Cadence): Promise<CheckResult[]> {
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
  const checks = (await planPublishedChecks(context, run)).filter(
    ({ config }) => cadenceOf(config) === cadence,
  );
  const results = [
    ...(await runChecks(context, checks)),
    ...(cadence === 'hourly' ? await freshnessResults(context) : []),
  ];
  await recordChecks(warehouse, run, results, clock.now().toISOString());
  await closeDays(context, run.version);
  return results;
}
