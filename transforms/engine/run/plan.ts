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

export interface PlanInput {
  readonly project: Project;
  readonly model: Model;
  readonly fingerprint: string;
  readonly state: ModelState | undefined;
  /** Step or version of each input that the model has consumed. */
  readonly consumed: ReadonlyMap<string, bigint>;
  readonly facts: (input: string) => InputFacts;
  readonly fullRefresh: boolean;
  /** A relation of touch keys to recompute whether or not an input changed. */
  readonly extraKeys?: string | undefined;
  /** Rows that the model only keeps for a held-back mart: they may be ready to go, whatever the inputs did. */
  readonly isKeeping?: boolean;
}

/** Decides from facts alone whether a model is skipped, rebuilt, or recomputed for the keys its inputs touched. */
export function planModel(input: PlanInput): ModelPlan {
  const { model, state } = input;
  if (state === undefined) return { kind: 'full', reason: 'first build', cause: 'first' };
  if (input.fullRefresh) return { kind: 'full', reason: 'full refresh asked for', cause: 'refresh' };
  if (keyingOf(model) !== undefined) return planKeyed(input, state);
  return model.materialization.kind === 'incremental'
    ? planIncremental(input, state)
    : planWhole(input, state);
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
  if (rebuilt !== undefined) return fullUnlessForbidden(model, `${rebuilt} was rebuilt`);
  const changedInputs = inputs.filter((name) => hasChanged(facts(name), consumed.get(name)));
  if (changedInputs.length === 0 && input.extraKeys === undefined) return { kind: 'skip' };
  return { kind: 'incremental', changedInputs, extraKeys: input.extraKeys };
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
  throw runErrors.error('TRANSFORM_FULL_REFRESH_FORBIDDEN', {
    message: `${model.name} may not be rebuilt, and ${reason}, so that what changed is not known`,
    where: model.file,
  });
}

function wasRebuilt(facts: InputFacts, consumed: bigint | undefined): boolean {
  return consumed === undefined || facts.inRun === 'full' || facts.rebuiltAtStep > consumed;
}

function hasChanged(facts: InputFacts, consumed: bigint | undefined): boolean {
  return facts.inRun === 'incremental' || facts.changedAtStep > (consumed ?? -1n);
}
