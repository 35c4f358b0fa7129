import { failpoint } from '../../../lib/failpoint.ts';
import { audit } from '../checks/audit.ts';
import type { CheckResult } from '../checks/audit.ts';
import { mustModel } from '../project/laws.ts';
import { fingerprint } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';
import { computeFull, computeIncremental, dropDeltas } from '../materialize/delta.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import { transformErrors } from '../errors.ts';
import type { Model } from '../project/model.ts';
import { planModel } from './plan.ts';
import type { InputFacts, ModelPlan } from './plan.ts';
import { publish } from './publish.ts';
import type { Reflected } from './publish.ts';
import { pruneFeeds } from './prune.ts';
import {
  readConsumed,
  readHeadVersion,
  readModelStates,
  readPublication,
  readStageHead,
} from '../warehouse/state.ts';
import type { ModelState, Publication } from '../warehouse/state.ts';

export interface BuildOptions {
  /** Only these marts; undefined means all. */
  readonly select?: ReadonlySet<string>;
  readonly fullRefresh?: boolean;
  readonly epoch?: bigint;
}

export interface BuildResult {
  /** False when no input had changed: nothing was computed and the version stays. */
  readonly published: boolean;
  readonly publication: Publication | undefined;
  readonly models: ReadonlyArray<{
    readonly model: string;
    readonly kind: ModelPlan['kind'];
    readonly removed: number;
    readonly added: number;
  }>;
  readonly checks: readonly CheckResult[];
}

/** Computes deltas beside production, audits them, and publishes all marts as one version, or none of them. */
export async function build(
  context: EngineContext,
  runId: string,
  options: BuildOptions = {},
): Promise<BuildResult> {
  const { warehouse } = context;
  await dropDeltas(context);
  const head = await readHeadVersion(warehouse);
  const stageHead = await readStageHead(warehouse);
  const consumed = await readConsumed(warehouse);
  const run: BuildRun = {
    id: runId,
    version: head + 1n,
    stageStep: stageHead.step,
    deltas: new Map(),
    consumed,
  };
  const last = await readPublication(warehouse);
  const isPartial = options.select !== undefined && !isEveryMart(context, options.select);
  if (isPartial && last === undefined) mustHavePublished();
  const plans = await computeDeltas(context, run, options);
  const models = summarise(plans, run);
  if (run.deltas.size === 0 && last?.stageStep === run.stageStep) {
    return { published: false, publication: last, models, checks: [] };
  }
  failpoint('build.before_audit');
  context.onProgress({ step: 'build', state: 'finished', done: run.deltas.size, unit: 'marts' });
  const checks = await audit(context, run, new Set(plans.keys()));
  context.onProgress({ step: 'audit', state: 'finished', done: checks.length, unit: 'checks' });
  await recordChecks(context, runId, checks);
  mustPass(checks, last);
  const considered = [...plans.keys()];
  const epoch = options.epoch ?? 0n;
  const reflects = isPartial ? reflectedBy(last) : undefined;
  const publication = await publish(context, {
    run,
    head,
    reflects: reflects ?? {
      watermark: stageHead.watermark,
      committedAt: stageHead.watermarkAt,
      stageStep: run.stageStep,
    },
    epoch,
    considered,
  });
  context.logger.info('published', {
    publication: publication.version,
    watermark: publication.sourceWatermark,
  });
  await dropDeltas(context);
  await pruneFeeds(context);
  return { published: true, publication, models, checks };
}

function isEveryMart(context: EngineContext, select: ReadonlySet<string>): boolean {
  return [...context.project.models.values()].every(
    (model) => model.layer !== 'marts' || select.has(model.name),
  );
}

function mustHavePublished(): never {
  throw transformErrors.error('TRANSFORM_NOTHING_PUBLISHED', {
    message: 'no version of the marts exists yet',
  });
}

/** The marts that were left out still stand where the last publication put them, so that is what the whole reflects. */
function reflectedBy(last: Publication | undefined): Reflected | undefined {
  if (last === undefined) return undefined;
  return { watermark: last.sourceWatermark, committedAt: last.sourceCommittedAt, stageStep: last.stageStep };
}

async function computeDeltas(
  context: EngineContext,
  run: BuildRun,
  options: BuildOptions,
): Promise<Map<string, ModelPlan>> {
  const { project } = context;
  const states = await readModelStates(context.warehouse);
  const plans = new Map<string, ModelPlan>();
  for (const name of project.order) {
    const model = mustModel(project, name);
    if (model.layer === 'staging' || model.materialization.kind === 'ephemeral') continue;
    if (options.select !== undefined && !options.select.has(name)) continue;
    const current = fingerprint(project, name, context.warehouse.capabilities.dialect);
    const plan = planModel({
      project,
      model,
      fingerprint: current,
      state: states.get(name),
      consumed: run.consumed.get(name) ?? new Map(),
      facts: (input) => factsOf(states, run, input),
      fullRefresh: options.fullRefresh ?? false,
    });
    plans.set(name, plan);
    const delta = await computeDelta(context, run, model, plan, current);
    if (delta !== undefined && (delta.kind === 'full' || delta.removed + delta.added > 0))
      run.deltas.set(name, delta);
  }
  return plans;
}

function factsOf(states: ReadonlyMap<string, ModelState>, run: BuildRun, input: string): InputFacts {
  const state = states.get(input);
  return {
    changedAtStep: state?.changedAtStep ?? 0n,
    rebuiltAtStep: state?.rebuiltAtStep ?? 0n,
    inRun: run.deltas.get(input)?.kind,
  };
}

async function computeDelta(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  plan: ModelPlan,
  current: string,
): Promise<ModelDelta | undefined> {
  if (plan.kind === 'skip') return undefined;
  context.onProgress({ step: 'build', state: 'running', note: `${model.name}, ${describePlan(plan)}` });
  return plan.kind === 'full'
    ? await computeFull(context, run, model, current)
    : await computeIncremental(context, run, model, current, plan.changedInputs);
}

function describePlan(plan: ModelPlan): string {
  return plan.kind === 'full' ? `whole (${plan.reason})` : 'touched keys';
}

function summarise(plans: ReadonlyMap<string, ModelPlan>, run: BuildRun): BuildResult['models'] {
  return [...plans].map(([model, plan]) => {
    const delta = run.deltas.get(model);
    return { model, kind: plan.kind, removed: delta?.removed ?? 0, added: delta?.added ?? 0 };
  });
}

async function recordChecks(
  context: EngineContext,
  runId: string,
  checks: readonly CheckResult[],
): Promise<void> {
  const at = context.clock.now().toISOString();
  for (const { model, name, status, failures } of checks) {
    await context.warehouse.execute(
      'insert into _meta.check_result values (?, ?, ?, ?, ?, cast(? as timestamp))',
      [runId, model, name, status, failures, at],
    );
  }
}

function mustPass(checks: readonly CheckResult[], last: Publication | undefined): void {
  const failed = checks.filter((check) => check.status === 'fail');
  if (failed.length === 0) return;
  const list = failed.map((check) => `${check.name} on ${check.model}: ${check.failures} row(s)`).join('; ');
  const standing =
    last === undefined ? 'nothing is published yet' : `version ${last.version} stays published`;
  throw transformErrors.error('TRANSFORM_CHECKS_FAILED', {
    message: `${failed.length} blocking check(s) failed, ${standing}: ${list}`,
  });
}
