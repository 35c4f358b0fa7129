import { isRetryable, messageOf, ShopwaveError } from '../../../lib/errors.ts';
import type { EngineContext } from '../context.ts';
import { computeDelta } from '../materialize/compute.ts';
import type { BuildRun, ModelDelta } from '../materialize/delta.ts';
import type { ModelPlan } from '../materialize/model-plan.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model, Project } from '../project/model.ts';
import { deltaRelation, publishedRelation } from '../warehouse/relations.ts';
import type { RunState } from '../warehouse/state.ts';
import { fingerprintOf } from '../warehouse/fingerprints.ts';
import { inDependencyOrder } from './in-order.ts';
import { throwIfCancelled } from '../warehouse/lease.ts';
import { rowKeyOf } from './keep-rows.ts';
import { withOrphans } from './kept-orphans.ts';
import { looksAtKeptRows, planModel } from './plan.ts';
import type { InputFacts } from './plan.ts';
import { nothingAsked } from './request.ts';
import type { Asked, RunRequest } from './request.ts';

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

/** A run that has its lease and has read its state. */
export interface Begun {
  readonly run: BuildRun;
  readonly state: RunState;
  readonly request: RunRequest;
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
  { signal, ...begun }: Begun & { readonly signal: AbortSignal },
): Promise<Map<string, Computed>> {
  const { project, clock } = context;
  const { run, state, request } = begun;
  const names = computable(project, request.select);
  const asked = (await request.ask?.(run, state)) ?? nothingAsked;
  const computed = new Map<string, Computed>();
  let done = 0;
  await inDependencyOrder(
    names,
    (name) => storedInputs(project, name),
    request.threads,
    async (name, thread) => {
      throwIfCancelled(signal);
      const started = { at: clock.now(), ms: clock.monotonicMs() };
      const outcome = await computeOne(context, {
        ...begun,
        name,
        asked,
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

/** One model's turn in a run. */
interface Turn extends Begun {
  readonly name: string;
  readonly asked: Asked;
  readonly computed: ReadonlyMap<string, Computed>;
  readonly done: number;
  readonly total: number;
}

async function computeOne(
  context: EngineContext,
  turn: Turn,
): Promise<Pick<Computed, 'plan' | 'error' | 'missing'>> {
  const { project } = context;
  const { run } = turn;
  const model = mustModel(project, turn.name);
  const missing = storedInputs(project, model.name).find((input) => isMissing(turn.computed.get(input)));
  if (missing !== undefined) return { plan: { kind: 'skip' }, missing };
  let plan: ModelPlan = { kind: 'skip' };
  try {
    plan = await planOne(context, turn, model);
    const hasOrphans = turn.state.keeping.has(model.name) && !looksAtKeptRows(model) && plan.kind !== 'full';
    if (plan.kind === 'skip' && !hasOrphans) return { plan };
    const own = await computePlanned(context, turn, model, plan);
    // Readers and later builds must see what went although nothing was computed.
    if (plan.kind === 'skip') plan = { kind: 'incremental', changedInputs: [] };
    const delta = hasOrphans ? await withOrphans(context, run, model, own) : own;
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

async function computePlanned(
  context: EngineContext,
  { run, done, total }: Turn,
  model: Model,
  plan: ModelPlan,
): Promise<ModelDelta | undefined> {
  if (plan.kind === 'skip') return undefined;
  const note = `${model.name}, ${plan.kind === 'full' ? `whole (${plan.reason})` : 'touched keys'}`;
  context.onProgress({ step: 'build', state: 'running', done, total, unit: 'models', note });
  return await computeDelta(context, run, model, plan);
}

function isMissing(computed: Computed | undefined): boolean {
  return computed?.error !== undefined || computed?.missing !== undefined;
}

async function planOne(context: EngineContext, turn: Turn, model: Model): Promise<ModelPlan> {
  const { run, state, request, asked } = turn;
  const touched = asked.keys.get(model.name);
  const isKeeping = state.keeping.has(model.name);
  const extraKeys = isKeeping ? await withKeptKeys(context, run, model, touched) : touched;
  return planModel({
    project: context.project,
    model,
    fingerprint: fingerprintOf(context, model.name),
    state: state.models.get(model.name),
    consumed: state.consumed.get(model.name) ?? new Map(),
    facts: (input) => factsOf(state, run, input),
    refresh: request.refresh(model.name) ?? (asked.whole.has(model.name) ? 'may' : undefined),
    extraKeys,
    isKeeping,
  });
}

/** Whether a model would be skipped if nothing else ran; decides whether a run has anything to do at all. */
export function isQuiet(context: EngineContext, state: RunState, name: string): boolean {
  return !state.keeping.has(name) && !isPlanned(context, state, name, fingerprintOf(context, name));
}

/** Whether a published model has something new to read; an edit of its own definition is nothing that it reads. */
export function hasNewInput(context: EngineContext, state: RunState, name: string): boolean {
  const known = state.models.get(name);
  return known !== undefined && isPlanned(context, state, name, known.fingerprint);
}

function isPlanned(context: EngineContext, state: RunState, name: string, fingerprint: string): boolean {
  try {
    const plan = planModel({
      project: context.project,
      model: mustModel(context.project, name),
      fingerprint,
      state: state.models.get(name),
      consumed: state.consumed.get(name) ?? new Map(),
      facts: (input) => factsOf(state, undefined, input),
    });
    return plan.kind !== 'skip';
  } catch (error) {
    // What cannot be planned is that model's matter: the run holds it back and publishes the rest.
    if (error instanceof ShopwaveError) return true;
    throw error;
  }
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
    where ${rowKeyOf(model)} in (select row_key from _meta.kept_row where model = '${model.name}')`;
  const others = touched === undefined ? '' : ` union select touch_key from ${touched}`;
  await context.warehouse.execute(`create or replace table ${relation} as ${kept}${others}`);
  return relation;
}
