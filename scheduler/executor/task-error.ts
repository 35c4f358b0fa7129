import { ShopwaveError, messageOf } from '../../lib/errors.ts';
import type { TaskError } from '../core/outcome.ts';
import { schedulerErrors } from '../errors.ts';

/** The part of an error that is kept. */
export function toTaskError(error: unknown): TaskError {
  if (error instanceof ShopwaveError) {
    const where = error.where === undefined ? '' : ` (${error.where})`;
    return { code: error.code, message: `${error.message}${where}`, remedy: error.remedy };
  }
  const { remedy } = schedulerErrors.kinds.TASK_FAILED;
  return { code: 'TASK_FAILED', message: messageOf(error), remedy };
}
