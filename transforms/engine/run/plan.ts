import { storedInputs } from '../project/laws.ts';
import { keyingOf } from '../project/model.ts';
import type { Model, Project } from '../project/model.ts';
import type { ModelState } from '../warehouse/state.ts';

/** What a build does with one mart. */
export type ModelPlan =
  | { readonly kind: 'skip' }
  | { readonly kind: 'full'; readonly reason: string }
  | { readonly kind: 'incremental'; readonly changedInputs: readonly string[] };

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
}

/** Decides from facts alone whether a mart is skipped, rebuilt, or recomputed for the keys its inputs touched. */
export function planModel(input: PlanInput): ModelPlan {
  const { project, model, state, consumed, facts } = input;
  if (state === undefined) return { kind: 'full', reason: 'first build' };
  if (input.fullRefresh) return { kind: 'full', reason: 'full refresh asked for' };
  if (state.fingerprint !== input.fingerprint) return { kind: 'full', reason: 'definition changed' };
  const keying = keyingOf(model);
  if (keying === undefined) return { kind: 'skip' };
  const { touchedBy } = keying;
  const inputs = storedInputs(project, model.name).filter((name) => touchedBy[name]?.trim() !== 'never');
  const rebuilt = inputs.find((name) => wasRebuilt(facts(name), consumed.get(name)));
  if (rebuilt !== undefined) return { kind: 'full', reason: `${rebuilt} was rebuilt` };
  const changedInputs = inputs.filter((name) => hasChanged(facts(name), consumed.get(name)));
  return changedInputs.length === 0 ? { kind: 'skip' } : { kind: 'incremental', changedInputs };
}

function wasRebuilt(facts: InputFacts, consumed: bigint | undefined): boolean {
  return consumed === undefined || facts.inRun === 'full' || facts.rebuiltAtStep > consumed;
}

function hasChanged(facts: InputFacts, consumed: bigint | undefined): boolean {
  return facts.inRun === 'incremental' || facts.changedAtStep > (consumed ?? -1n);
}
