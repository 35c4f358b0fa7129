import type { ShopwaveError } from '../../lib/errors.ts';
import type { CheckResult } from '../../transforms/engine/checks/check.ts';
import { cliErrors } from '../errors.ts';

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
