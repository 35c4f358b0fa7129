import { describeHeld, heldBackError } from '../../transforms/engine/run/held-back-error.ts';
import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was published. */
export interface BuildOutput {
  readonly version: number;
  /** Everything up to here in the shop's log is in this version. */
  readonly sourceWatermark: string;
  readonly removed: number;
  readonly added: number;
  readonly checks: number;
}

/**
 * Computes the deltas of every mart, audits them and publishes all marts as one version, to the semantic layer too.
 * Skipped when nothing they read has changed. A mart whose check fails is held back at its last good version with all
 * that is made from it; the task publishes the rest and then fails, so that on-call is told.
 */
export function buildMarts(): FunctionTask<PipelineServices, BuildOutput> {
  return {
    description: 'Delta, audit, publish',
    run: async ({ services, logger, signal }) => {
      const transforms = await services.transforms();
      const { published, publication, models, held, checks } = await transforms.build({ signal });
      if (!published || publication === undefined) throw new TaskSkip('nothing the marts read has changed');
      const { version, sourceWatermark } = publication;
      const removed = models.reduce((sum, each) => sum + each.removed, 0);
      const added = models.reduce((sum, each) => sum + each.added, 0);
      logger.info(`published version ${version}: ${added} rows added, ${removed} removed`, {
        sourceWatermark,
      });
      for (const model of held) logger.error(describeHeld(model), { sourceWatermark });
      // The same data would fail again, so this is not retried; the next new data are.
      const failure = heldBackError(version, held);
      if (failure !== undefined) throw failure;
      return { version, sourceWatermark, removed, added, checks: checks.length };
    },
  };
}
