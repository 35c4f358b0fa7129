import { isBlocking } from '../checks/check.ts';
import type { CheckResult } from '../checks/check.ts';
import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import type { Project } from '../project/model.ts';
import { leftBehind, remedyOf } from './behind.ts';
import { runErrors } from './errors.ts';
import { describeCheck } from './hold-back.ts';
import type { RunOutcome } from './run-outcome.ts';

/** Why a run could publish nothing: the one error of a model's own SQL, or the checks that failed. */
export function nothingPublishable(
  context: EngineContext,
  outcome: Pick<RunOutcome, 'run' | 'state' | 'computed' | 'verdict'>,
): Error {
  const { state, computed, verdict } = outcome;
  const failed = verdict.checks.filter(isBlocking);
  const errors = [...computed].flatMap(([model, { error }]) =>
    error === undefined ? [] : [{ model, error }],
  );
  const [first] = errors;
  if (first !== undefined && failed.length === 0 && errors.length === 1) return first.error;
  const lines = [
    ...errors.map(({ model, error }) => `${model}: ${error.message}`),
    ...failed.map(describeCheck),
  ];
  const standing =
    state.last === undefined ? 'nothing is published yet' : `version ${state.last.version} stays published`;
  const what =
    errors.length === 0
      ? `${failed.length} blocking check(s) failed`
      : `${errors.length} model(s) and ${failed.length} blocking check(s) failed`;
  if (errors.length === 0 && failed.length === 0) return heldBySource(verdict, standing);
  const [check] = failed;
  return transformErrors.error('TRANSFORM_CHECKS_FAILED', {
    message: `${what}, ${standing}: ${lines.join('; ')}`,
    where: first?.error.where ?? (check === undefined ? undefined : placeOf(context.project, check)),
    remedy: remedyOf(leftBehind(context, outcome)),
  });
}

/** Nothing failed: all that has changed is made from a source that is held. */
function heldBySource({ held }: RunOutcome['verdict'], standing: string): Error {
  const each = [...held].map(([model, reasons]) => `${model}: ${reasons.join(', ')}`);
  return runErrors.error('TRANSFORM_HELD_BACK', {
    message: `nothing can be published without what is held back, ${standing}: ${each.join('; ')}`,
    remedy:
      'Mend what the source is held for and release it; the next build takes the same changes up again.',
  });
}

/** Where a check is declared; one of the engine's own stands on what the YAML file says of its model. */
export function placeOf(
  project: Project,
  { uniqueId, model: name }: Pick<CheckResult, 'uniqueId' | 'model'>,
): string | undefined {
  const on = [...project.models.values(), ...project.sources.values()];
  const declared = on.flatMap(({ tests }) => tests).find((test) => test.uniqueId === uniqueId);
  if (declared !== undefined) return `${declared.file}:${declared.line}`;
  const singular = project.tests.find((test) => test.uniqueId === uniqueId);
  if (singular !== undefined) return `${singular.file}:1`;
  const model = project.models.get(name);
  const entry = model?.properties;
  return entry === undefined ? model?.file : `${entry.file}:${entry.line}`;
}
