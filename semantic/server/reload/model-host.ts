import { describeError, messageOf, ShopwaveError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import type { ServedModel } from '../model-files.ts';

/** Why what the files say now is not served. */
export interface ModelProblem {
  readonly code: string;
  readonly message: string;
  /** File, line and column where they are known. */
  readonly where: string;
  readonly remedy: string;
}

/** Which model answers, and whether it is what its files say. */
export interface ModelState {
  readonly folder: string;
  readonly version: string;
  /** Set while the files are broken: the model before goes on serving. */
  readonly problem: ModelProblem | undefined;
}

export interface ModelHost {
  readonly current: () => ServedModel;
  readonly state: () => ModelState;
  /**
   * Serves what the files say now, if they say something else and it is sound; never throws. Queries that have begun are
   * answered by the model that they began with.
   */
  readonly reload: () => Promise<ModelState>;
}

export interface ModelHostOptions {
  readonly first: ServedModel;
  /** What the files say now; throws what is wrong with them. */
  readonly read: () => Promise<ServedModel>;
  /** Makes a model ready, beside the one that serves; resolves to what has to be done once it serves in its place. */
  readonly prepare: (model: ServedModel) => Promise<() => void>;
  readonly logger: Logger;
  readonly onChange: (state: ModelState) => void;
  /** Whoever stops is told of nothing any more. */
  readonly signal: AbortSignal;
}

export function createModelHost(options: ModelHostOptions): ModelHost {
  const { first, read, prepare, logger, onChange, signal } = options;
  const { folder } = first;
  let current = first;
  let problem: ModelProblem | undefined;
  let reloading: Promise<unknown> = Promise.resolve();

  const state = (): ModelState => ({ folder, version: current.version, problem });
  const settle = async (): Promise<void> => {
    const before = problem;
    const { version } = current;
    try {
      const next = await read();
      if (next.version !== version) {
        const inPlace = await prepare(next);
        current = next;
        inPlace();
      }
      problem = undefined;
    } catch (error) {
      if (signal.aborted) return;
      problem = problemOf(error, folder);
      if (isSame(problem, before)) return;
      logger.error('the metric model is broken as it is now; the one before goes on serving', {
        reason: describeError(error),
        where: problem.where,
        version,
      });
      return onChange(state());
    }
    if (current.version === version && before === undefined) return;
    logger.info('the metric model is served as its files are now', {
      version: current.version,
      before: version,
    });
    onChange(state());
  };
  return {
    current: () => current,
    state,
    reload: async () => {
      // One after the other: a model that took longer must not replace a later one.
      reloading = reloading.then(settle);
      await reloading;
      return state();
    },
  };
}

function problemOf(error: unknown, folder: string): ModelProblem {
  if (!(error instanceof ShopwaveError)) {
    return { code: 'unknown', message: messageOf(error), where: folder, remedy: 'See the log.' };
  }
  const { code, message, where = folder, remedy } = error;
  return { code, message, where, remedy };
}

function isSame(a: ModelProblem, b: ModelProblem | undefined): boolean {
  return b !== undefined && a.code === b.code && a.message === b.message && a.where === b.where;
}
