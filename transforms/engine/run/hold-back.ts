import type { CheckResult } from '../checks/check.ts';
import { mustModel, storedInputs } from '../project/laws.ts';
import type { Model, Project } from '../project/model.ts';
import { isComputed } from './compute-deltas.ts';

/** Why a model is held back: one line each. */
export type Reasons = ReadonlyMap<string, readonly string[]>;

/**
 * The models that failed checks hold back. A defect of staging or of a source holds back whatever reads it. `changed` are
 * the models that the run would still publish.
 */
export function blockedModels(
  project: Project,
  failed: readonly CheckResult[],
  changed: ReadonlySet<string>,
): Map<string, string[]> {
  const blocked = new Map<string, string[]>();
  for (const check of failed) {
    for (const model of blockedBy(project, check, changed)) {
      blocked.set(model, [...(blocked.get(model) ?? []), describeCheck(check)]);
    }
  }
  return blocked;
}

/** Which of some models read the staging of a held source table, each with why. */
export function heldBySources(
  project: Project,
  holds: ReadonlyMap<string, string>,
  among: ReadonlySet<string>,
): Map<string, string[]> {
  const held = new Map<string, string[]>();
  for (const [table, reason] of holds) {
    const readers = readersOf(project, stagingOf(project, [table])).filter((model) => among.has(model));
    for (const model of readers) held.set(model, [...(held.get(model) ?? []), reason]);
  }
  return held;
}

export function describeCheck(check: CheckResult): string {
  const outcome = check.status === 'error' ? 'could not be run' : `${check.failures} row(s)`;
  const detail = check.message === undefined ? '' : ` (${check.message})`;
  return `${check.name} on ${check.model || 'the sources'}: ${outcome}${detail}`;
}

function blockedBy(
  project: Project,
  { model, uniqueId, refs }: CheckResult,
  changed: ReadonlySet<string>,
): readonly string[] {
  if (isStoredMart(project, model)) {
    // A check over several marts is judged again without the one that it holds back, and goes on to the next. Not one that
    // compares with staging too, behind which that one lags from then on: any of them may be the one that is wrong.
    const isChangedMart = (ref: string): boolean => changed.has(ref) && isOfLayer(project, ref, 'marts');
    const others = refs.some((ref) => isOfLayer(project, ref, 'staging')) ? refs.filter(isChangedMart) : [];
    return [...new Set([model, ...others])];
  }
  const sources = project.tests.find((test) => test.uniqueId === uniqueId)?.sources ?? [];
  const readers = readersOf(project, [model, ...stagingOf(project, [model, ...sources])]);
  // A check that names nothing the project knows may mean anything.
  return readers.length > 0
    ? readers
    : [...project.models.values()].filter(isComputed).map(({ name }) => name);
}

function isOfLayer(project: Project, name: string, layer: Model['layer']): boolean {
  return project.models.get(name)?.layer === layer;
}

function isStoredMart(project: Project, name: string): boolean {
  const model = project.models.get(name);
  return model !== undefined && isComputed(model);
}

function stagingOf(project: Project, sources: readonly string[]): string[] {
  return [...project.models.values()]
    .filter((model) => model.sources.some((source) => sources.includes(source)))
    .map(({ name }) => name);
}

function readersOf(project: Project, inputs: readonly string[]): string[] {
  return [...project.models.values()]
    .filter(
      (model) =>
        isComputed(model) && storedInputs(project, model.name).some((input) => inputs.includes(input)),
    )
    .map(({ name }) => name);
}

/** These and everything made from them, each with its reason. */
export function withDescendants(project: Project, held: Reasons): Map<string, readonly string[]> {
  const all = new Map<string, readonly string[]>(held);
  for (const name of project.order) {
    if (all.has(name) || !isComputed(mustModel(project, name))) continue;
    const input = storedInputs(project, name).find((each) => all.has(each));
    if (input !== undefined) all.set(name, [inputIsHeld(input)]);
  }
  return all;
}

function inputIsHeld(input: string): string {
  return `its input ${input} is held back`;
}

const ofInput = new RegExp(`^${inputIsHeld('\\S+')}$`);

/** What failed itself before what is held back only because something it reads is. */
export function causesFirst<Held extends { readonly reasons: readonly string[] }>(
  held: readonly Held[],
): Held[] {
  const isCause = ({ reasons }: Held): boolean => !reasons.every((reason) => ofInput.test(reason));
  return [...held.filter(isCause), ...held.filter((each) => !isCause(each))];
}
