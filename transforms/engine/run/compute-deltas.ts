import { isRetryable, messageOf, ShopwaveError } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { computeDelta } from '../materialize/compute.ts';
import type { BuildRun } from '../materialize/delta.ts';
import type { ModelPlan } from '../materialize/model-plan.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model, Project } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import type { RunState } from '../warehouse/state.ts';
import { fingerprintOf } from './fingerprints.ts';
import { inDependencyOrder } from './in-order.ts';
import { throwIfCancelled } from './lease.ts';
import { planModel } from './plan.ts';
import type { InputFacts } from './plan.ts';
import type { RunRequest } from './request.ts';

/** What computing did to one model. */
export interface Computed {
  readonly plan: ModelPlan;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly thread: number;
  /** Its own error, where computing it failed. */
  readonly error?: ShopwaveError;
  /** The input that it could not be computed for. */
  readonly missing?: string;
}

/** Models that a run may compute, in build order: marts, seeds and what is stored in between. */
export function computable(project: Project, select: ReadonlySet<string> | undefined): string[] {
  return project.order.filter((name) => isComputed(mustModel(project, name)) && (select?.has(name) ?? true));
}

export function isComputed(model: Model): boolean {
  return model.layer !== 'staging' && model.materialization.kind !== 'ephemeral';
}

/**
 * Computes every selected model beside production, independent ones side by side. A model whose SQL fails does not
 * end the run: it and what is made from it are left out. What a retry can mend does end it.
 */
export async function computeDeltas(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  request: RunRequest,
  signal: AbortSignal,
): Promise<Map<string, Computed>> {
  const { project, clock } = context;
  const names = computable(project, request.select);
  const touched = (await request.touch?.(run)) ?? new Map<string, string>();
  const computed = new Map<string, Computed>();
  let done = 0;
  await inDependencyOrder(
    names,
    (name) => storedInputs(project, name),
    request.threads,
    async (name, thread) => {
      throwIfCancelled(signal);
      const started = { at: clock.now(), ms: clock.monotonicMs() };
      const outcome = await computeOne(context, run, state, request, {
        name,
        touched,
        computed,
        done,
        total: names.length,
      });
      computed.set(name, {
        ...outcome,
        thread,
        startedAt: started.at,
        seconds: (clock.monotonicMs() - started.ms) / 1000,
      });
      done += 1;
    },
  );
  return computed;
}

interface Turn {
  readonly name: string;
  readonly touched: ReadonlyMap<string, string>;
  readonly computed: ReadonlyMap<string, Computed>;
  readonly done: number;
  readonly total: number;
}

async function computeOne(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  request: RunRequest,
  turn: Turn,
): Promise<Pick<Computed, 'plan' | 'error' | 'missing'>> {
  const { project } = context;
  const model = mustModel(project, turn.name);
  const missing = storedInputs(project, model.name).find((input) => isMissing(turn.computed.get(input)));
  if (missing !== undefined) return { plan: { kind: 'skip' }, missing };
  let plan: ModelPlan = { kind: 'skip' };
  try {
    plan = await planOne(context, run, state, request, model, turn.touched.get(model.name));
    if (plan.kind === 'skip') return { plan };
    const { done, total } = turn;
    const note = `${model.name}, ${plan.kind === 'full' ? `whole (${plan.reason})` : 'touched keys'}`;
    context.onProgress({ step: 'build', state: 'running', done, total, unit: 'models', note });
    const delta = await computeDelta(context, run, model, plan);
    if (delta !== undefined && (delta.kind === 'full' || delta.removed + delta.added > 0)) {
      run.deltas.set(model.name, delta);
    }
    return { plan };
  } catch (error) {
    if (isRetryable(error)) throw error;
    const typed = error instanceof ShopwaveError ? error : undefined;
    if (typed === undefined) throw error;
    context.logger.error(`${model.name} could not be computed: ${messageOf(error)}`, { model: model.name });
    return { plan, error: typed };
  }
}

function isMissing(computed: Computed | undefined): boolean {
  return computed?.error !== undefined || computed?.missing !== undefined;
}

async function planOne(
  context: EngineContext,
  run: BuildRun,
  state: RunState,
  request: RunRequest,
  model: Model,
  touched: string | undefined,
): Promise<ModelPlan> {
  const isKeeping = state.keeping.has(model.name);
  const extraKeys = isKeeping ? await withKeptKeys(context, run, model, touched) : touched;
  return planModel({
    project: context.project,
    model,
    fingerprint: fingerprintOf(context, model.name),
    state: state.models.get(model.name),
    consumed: state.consumed.get(model.name) ?? new Map(),
    facts: (input) => factsOf(state, run, input),
    fullRefresh: request.isRefreshed(model.name) || model.config.fullRefresh === true,
    extraKeys,
    isKeeping,
  });
}

/** The plan that a model would have if nothing else ran; decides whether a run has anything to do at all. */
export function isQuiet(context: EngineContext, state: RunState, name: string): boolean {
  const model = mustModel(context.project, name);
  if (state.keeping.has(name) || model.config.fullRefresh === true) return false;
  const plan = planModel({
    project: context.project,
    model,
    fingerprint: fingerprintOf(context, name),
    state: state.models.get(name),
    consumed: state.consumed.get(name) ?? new Map(),
    facts: (input) => factsOf(state, undefined, input),
    fullRefresh: false,
  });
  return plan.kind === 'skip';
}

function factsOf(state: RunState, run: BuildRun | undefined, input: string): InputFacts {
  const known = state.models.get(input);
  return {
    changedAtStep: known?.changedAtStep ?? 0n,
    rebuiltAtStep: known?.rebuiltAtStep ?? 0n,
    inRun: run?.deltas.get(input)?.kind,
  };
}

/** Kept rows go with the first build that finds nobody refers to them any more, so their keys are always touched. */
async function withKeptKeys(
  context: EngineContext,
  run: BuildRun,
  model: Model,
  touched: string | undefined,
): Promise<string | undefined> {
  const keying = keyingOf(model);
  if (keying === undefined) return touched;
  const relation = deltaRelation(model, 'extra', run.id);
  const kept = `select ${keying.touchKey} as touch_key from ${publishedRelation(model)}
    where cast(${keying.uniqueKey} as varchar) in (select row_key from _meta.kept_row where model = '${model.name}')`;
  const others = touched === undefined ? '' : ` union select touch_key from ${touched}`;
  await context.warehouse.execute(`create or replace table ${relation} as ${kept}${others}`);
  return relation;
}
