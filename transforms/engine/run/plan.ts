import type { ModelPlan } from '../materialize/model-plan.ts';
import { rowInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model, Project } from '../project/model.ts';
import type { ModelState } from '../warehouse/state.ts';
import { runErrors } from './errors.ts';

/** What the planner knows of an input: when it last changed and was last rebuilt, and what this run does to it. */
export interface InputFacts {
  readonly changedAtStep: bigint;
  readonly rebuiltAtStep: bigint;
  /** In this run: undefined for staging and for marts that the run leaves alone. */
  readonly inRun: 'full' | 'incremental' | undefined;
}

/**
 * How a rebuild came to be wanted. must: a person asked for it, so that one which is forbidden is an error. may: it is
 * the way to compute again a model without touch keys, where nothing forbids it.
 */
export type Refresh = 'must' | 'may';

export interface PlanInput {
  readonly project: Project;
  readonly model: Model;
  readonly fingerprint: string;
  readonly state: ModelState | undefined;
  /** Step or version of each input that the model has consumed. */
  readonly consumed: ReadonlyMap<string, bigint>;
  readonly facts: (input: string) => InputFacts;
  readonly refresh?: Refresh | undefined;
  /** A relation of touch keys to recompute whether or not an input changed. */
  readonly extraKeys?: string | undefined;
  /** Rows that the model only keeps for a held-back mart: they may be ready to go, whatever the inputs did. */
  readonly isKeeping?: boolean;
}

/** Decides from facts alone whether a model is skipped, rebuilt, or recomputed for the keys its inputs touched. */
export function planModel(input: PlanInput): ModelPlan {
  const { model, state } = input;
  if (state === undefined) return { kind: 'full', reason: 'first build', cause: 'first' };
  const refreshed = planRefresh(input);
  if (refreshed !== undefined) return refreshed;
  if (keyingOf(model) !== undefined) return planKeyed(input, state);
  return model.materialization.kind === 'incremental'
    ? planIncremental(input, state)
    : planWhole(input, state);
}

/** The law of full_refresh, for every caller: false forbids each rebuild but the first, true makes each build one. */
function planRefresh({ model, refresh }: PlanInput): ModelPlan | undefined {
  const { fullRefresh } = model.config;
  if (fullRefresh === true || (refresh === 'must' && fullRefresh !== false))
    return { kind: 'full', reason: 'full refresh asked for', cause: 'refresh' };
  if (refresh === 'must') throw forbidden(model, 'a full refresh was asked for');
  return refresh === 'may' && fullRefresh !== false
    ? { kind: 'full', reason: 'computed again', cause: 'input' }
    : undefined;
}

/** Recomputed by touch key: an input that was rebuilt has no change feed to take the keys from. */
function planKeyed(input: PlanInput, state: ModelState): ModelPlan {
  const { project, model, facts, consumed } = input;
  const isEdited = state.fingerprint !== input.fingerprint;
  // dbt's meaning of full_refresh: false: the new definition holds for the rows that change from now on.
  if (isEdited && model.config.fullRefresh !== false)
    return { kind: 'full', reason: 'definition changed', cause: 'definition' };
  const touchedBy = keyingOf(model)?.touchedBy ?? {};
  const inputs = rowInputs(project, model.name).filter((name) => touchedBy[name]?.trim() !== 'never');
  const rebuilt = inputs.find((name) => wasRebuilt(facts(name), consumed.get(name)));
  if (rebuilt !== undefined) {
    const isForgotten = !consumed.has(rebuilt);
    return fullUnlessForbidden(
      model,
      isForgotten ? `what it has consumed of ${rebuilt} is not known` : `${rebuilt} was rebuilt`,
    );
  }
  const changedInputs = inputs.filter((name) => hasChanged(facts(name), consumed.get(name)));
  if (changedInputs.length === 0 && input.extraKeys === undefined) return { kind: 'skip' };
  return { kind: 'incremental', changedInputs, extraKeys: input.extraKeys };
}

/** Whether computing a model looks at the rows that it only keeps; dbt's strategies look at what their SELECT gives. */
export function looksAtKeptRows(model: Model): boolean {
  return keyingOf(model) !== undefined || model.materialization.kind !== 'incremental';
}

/** append, merge, delete+insert: the author's SQL says what is new, so that any change of an input runs it. */
function planIncremental(input: PlanInput, state: ModelState): ModelPlan {
  const changedInputs = allChanged(input);
  const isEdited = state.fingerprint !== input.fingerprint;
  return changedInputs.length === 0 && !isEdited ? { kind: 'skip' } : { kind: 'incremental', changedInputs };
}

/** Tables, views and seeds: computed whole, when there is a reason to. */
function planWhole(input: PlanInput, state: ModelState): ModelPlan {
  if (state.fingerprint !== input.fingerprint)
    return { kind: 'full', reason: 'definition changed', cause: 'definition' };
  const [changed] = allChanged(input);
  if (changed !== undefined) return { kind: 'full', reason: `${changed} changed`, cause: 'input' };
  return input.isKeeping === true
    ? { kind: 'full', reason: 'keeps rows that may go', cause: 'input' }
    : { kind: 'skip' };
}

function allChanged({ project, model, facts, consumed }: PlanInput): string[] {
  return rowInputs(project, model.name).filter((name) => {
    const known = facts(name);
    return wasRebuilt(known, consumed.get(name)) || hasChanged(known, consumed.get(name));
  });
}

function fullUnlessForbidden(model: Model, reason: string): ModelPlan {
  if (model.config.fullRefresh !== false) return { kind: 'full', reason, cause: 'input' };
  throw forbidden(model, `${reason}, so that what changed is not known`);
}

function forbidden(model: Model, reason: string): Error {
  return runErrors.error('TRANSFORM_FULL_REFRESH_FORBIDDEN', {
    message: `${model.name} may not be rebuilt, and ${reason}`,
    where: model.file,
  });
}

function wasRebuilt(facts: InputFacts, consumed: bigint | undefined): boolean {
  return consumed === undefined || facts.inRun === 'full' || facts.rebuiltAtStep > consumed;
}

function hasChanged(facts: InputFacts, consumed: bigint | undefined): boolean {
  return facts.inRun === 'incremental' || facts.changedAtStep > (consumed ?? -1n);
}
