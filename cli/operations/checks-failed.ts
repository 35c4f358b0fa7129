import type { ShopwaveError } from '../../lib/errors.ts';
import { isBlocking } from '../../transforms/engine/checks/check.ts';
import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import type { LeftOut } from '../../transforms/engine/checks/plan.ts';
import { qualityErrors } from '../../transforms/engine/quality/errors.ts';
import { cliErrors } from '../errors.ts';
import type { Cell } from './operation.ts';

/** The error of checks that failed; the first one is shown the way to. Only checks that are files have SQL to see. */
export function checksFailed(
  message: string,
  first: Pick<CheckResult, 'model' | 'name'> & { readonly kind?: string },
): ShopwaveError {
  return cliErrors.error('CLI_CHECKS_FAILED', {
    message,
    where: `${first.model}, check ${first.name}`,
    remedy:
      first.kind === 'singular'
        ? `See its SQL with \`shopwave transform compile -s ${first.name}\`, and query it.`
        : undefined,
  });
}

type Told = Pick<CheckResult, 'model' | 'name' | 'status' | 'failures'> & {
  readonly message?: string | undefined;
};
type CheckRow = Readonly<Record<'model' | 'check' | 'status' | 'failures' | 'message', Cell>>;

/** A check as a row of an answer. */
export function checkRow({ model, name, status, failures, message }: Told): CheckRow {
  return { model, check: name, status, failures, message: message ?? null };
}

/** A check that was not run, as a row of an answer: it has no failures, and none that are known to be none. */
export function leftOutRow({ check: { model, name }, why }: LeftOut): CheckRow {
  return { model, check: name, status: 'skipped', failures: null, message: why };
}

/** Undefined where every check was run and none blocks: what was not looked at has not passed. */
export function failureOfChecks(
  checks: ReadonlyArray<Pick<CheckResult, 'model' | 'name' | 'status'> & { readonly kind?: string }>,
  left: readonly LeftOut[],
): ShopwaveError | undefined {
  const bad = checks.filter(isBlocking);
  const all = checks.length + left.length;
  const [failed] = bad;
  const [skipped] = left;
  const besides = skipped === undefined ? '' : `, ${left.length} were not run (${skipped.why})`;
  if (failed !== undefined) return checksFailed(`${bad.length} of ${all} checks failed${besides}`, failed);
  if (skipped === undefined) return undefined;
  return qualityErrors.error('QUALITY_BEHIND_STAGING', {
    message: `${left.length} of ${all} checks were not run; ${skipped.check.name}: ${skipped.why}`,
    where: skipped.check.model,
  });
}
