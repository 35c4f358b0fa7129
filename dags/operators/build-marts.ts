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
 * Cleared after it has published, it computes again what it consumed then, from the inputs as they are now, and
 * publishes the difference or nothing: an older run never overwrites newer rows.
 */
export function buildMarts(): FunctionTask<PipelineServices, BuildOutput> {
  return {
    description: 'Delta, audit, publish',
    run: async ({ services, logger, signal, dagId, runId, taskId }) => {
      const transforms = await services.transforms();
      const requestedBy = `${dagId}/${runId}/${taskId}`;
      const earlier = await transforms.publishedFor(requestedBy);
      const { published, publication, models, held, checks } =
        earlier === undefined
          ? await transforms.build({ signal, requestedBy })
          : await transforms.rerun(earlier, { signal, requestedBy });
      if (publication === undefined || (!published && earlier === undefined))
        throw new TaskSkip('nothing the marts read has changed');
      const { version, sourceWatermark } = publication;
      const removed = models.reduce((sum, each) => sum + each.removed, 0);
      const added = models.reduce((sum, each) => sum + each.added, 0);
      const what = published
        ? `published version ${version}: ${added} rows added, ${removed} removed`
        : `nothing differs from what version ${earlier} consumed; version ${version} stays`;
      logger.info(what, { sourceWatermark });
      for (const model of held) logger.error(describeHeld(model), { sourceWatermark });
      // The same data would fail again, so this is not retried; the next new data are.
      const failure = heldBackError(version, held);
      if (failure !== undefined) throw failure;
      return { version, sourceWatermark, removed, added, checks: checks.length };
    },
  };
}
