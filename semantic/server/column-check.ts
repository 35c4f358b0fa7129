import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { CubeReader } from './cube-reader.ts';
import { checkColumns } from './model-check.ts';
import type { CheckedModel } from './model-check.ts';

/** Watches that the model names columns that the published marts have. */
export interface ColumnCheck {
  /** Throws as checkColumns does, where a check costs nothing. */
  readonly atStart: () => Promise<void>;
  /** Marts that were not there may be there now. */
  readonly published: () => void;
  /** A query has been answered, from a cache or not. */
  readonly answered: () => void;
  /** What is being checked does not matter any more. */
  readonly stop: () => void;
}

/**
 * Checks each view once its marts are there. Where a bind is not free, no check is sent on its own account: it follows
 * the first query that was sent, when there is a session and the warehouse is awake.
 */
export function watchColumns(
  model: CheckedModel,
  views: readonly string[],
  reader: Pick<CubeReader, 'bindsFreely' | 'statementsSent'>,
  logger: Logger,
): ColumnCheck {
  let unchecked = views;
  let due = true;
  let stopped = false;
  const check = async (): Promise<void> => {
    due = false;
    unchecked = await checkColumns(model, unchecked);
  };
  const checkAside = (): void => {
    if (!due || unchecked.length === 0) return;
    check().catch((error: unknown) => {
      if (stopped) return;
      logger.error('the metric model does not fit the published marts', { reason: describeError(error) });
    });
  };
  return {
    atStart: async () => {
      if (reader.bindsFreely) await check();
    },
    published: () => {
      due = true;
      if (reader.bindsFreely) checkAside();
    },
    answered: () => {
      if (reader.statementsSent() > 0) checkAside();
    },
    stop: () => {
      stopped = true;
    },
  };
}
