import { fingerprint } from '../compile/compile.ts';
import { withWorkTag } from '../../../lib/work-tag.ts';
import type { EngineContext } from '../context.ts';
import { keyingOf } from '../project/model.ts';
import type { Materialization, Model } from '../project/model.ts';
import type { BuildRun, ModelDelta } from './delta.ts';
import { followUpsOf, runPreHooks } from './hooks.ts';
import { computeTouched } from './keyed.ts';
import type { ModelPlan } from './model-plan.ts';
import { computeSeed } from './seed.ts';
import { computeStrategy } from './strategy.ts';
import { computeView } from './view.ts';
import { computeWhole } from './whole.ts';
import type { Work } from './work.ts';

type Compute = (work: Work) => Promise<ModelDelta>;

const byKind: Readonly<Record<Materialization['kind'], Compute>> = {
  latest: neverHere,
  history: neverHere,
  ephemeral: neverHere,
  view: computeView,
  table: computeWhole,
  seed: computeSeed,
  incremental: computeIncremental,
  scd2: computeIncremental,
};

/**
 * Computes what a run does to one stored model, beside production and under the model's query tag; undefined where the
 * plan is to skip it. A rebuild that turns out to change little is given as rows, `kind: incremental`, so that readers
 * need no rebuild; one that changes nothing has 0 removed and 0 added. Typed errors: TRANSFORM_MODEL_FAILED for what
 * the warehouse refuses, and those of materialize/errors.ts.
 */
export async function computeDelta(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  plan: ModelPlan,
): Promise<ModelDelta | undefined> {
  if (plan.kind === 'skip') return undefined;
  const tag = { model: model.name, run: run.id, tag: model.config.queryTag };
  return await withWorkTag(tag, () => computeTagged(context, run, model, plan));
}

async function computeTagged(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  plan: Exclude<ModelPlan, { readonly kind: 'skip' }>,
): Promise<ModelDelta> {
  const work: Work = {
    context,
    run,
    model,
    plan,
    fingerprint: fingerprint(context.project, model.name, context.warehouse.capabilities.dialect),
  };
  await runPreHooks(work);
  const delta = await byKind[model.materialization.kind](work);
  const followUps = await followUpsOf(work);
  return followUps === undefined ? delta : { ...delta, followUps };
}

async function computeIncremental(work: Work): Promise<ModelDelta> {
  if (work.plan.kind === 'full') return await computeWhole(work);
  const keying = keyingOf(work.model);
  const delta = keying === undefined ? await computeStrategy(work) : await computeTouched(work, keying);
  return (
    delta ?? (await computeWhole({ ...work, plan: { kind: 'full', reason: 'no table yet', cause: 'first' } }))
  );
}

function neverHere({ model }: Work): never {
  throw new Error(`${model.name} is ${model.materialization.kind} and is not built by a run`);
}
