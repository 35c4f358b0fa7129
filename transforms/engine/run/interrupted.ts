import { ShopwaveError } from '../../../lib/errors.ts';
import { runErrors } from './errors.ts';

/** Where a backfill stands. */
interface Stand {
  readonly id: string;
  readonly done: number;
  readonly total: number;
}

/** Does the work of a chunk; cut off by its caller, it says what stays published and how to go on. */
export async function untilInterrupted<T>(
  signal: AbortSignal | undefined,
  { id, done, total }: Stand,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isCut =
      error === signal?.reason || (error instanceof ShopwaveError && error.code === 'TRANSFORM_CANCELLED');
    // Cancelled by `transform backfill cancel`, nothing goes on; that error says so itself.
    if (!isCut || signal?.aborted !== true) throw error;
    throw runErrors.error('TRANSFORM_BACKFILL_INTERRUPTED', {
      message: `backfill ${id} was stopped after ${done} of ${total} chunks${done === 0 ? '' : ', which stay published'}`,
      cause: error,
    });
  }
}
