import { isBlocking } from '../checks/check.ts';
import type { CheckResult } from '../checks/check.ts';
import { transformErrors } from '../errors.ts';
import type { Publication } from '../warehouse/state.ts';
import type { Computed } from './compute-deltas.ts';
import { describeCheck } from './hold-back.ts';

/** Why a run could publish nothing: the one error of a model's own SQL, or the checks that failed. */
export function nothingPublishable(
  last: Publication | undefined,
  checks: readonly CheckResult[],
  computed: ReadonlyMap<string, Computed>,
): Error {
  const failed = checks.filter(isBlocking);
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
    last === undefined ? 'nothing is published yet' : `version ${last.version} stays published`;
  const what =
    errors.length === 0
      ? `${failed.length} blocking check(s) failed`
      : `${errors.length} model(s) and ${failed.length} blocking check(s) failed`;
  return transformErrors.error('TRANSFORM_CHECKS_FAILED', {
    message: `${what}, ${standing}: ${lines.join('; ')}`,
    where: first?.error.where,
  });
}
