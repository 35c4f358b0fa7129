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
 * Skipped when nothing they read has changed. A failing check fails the task and leaves the old version published.
 */
export function buildMarts(): FunctionTask<PipelineServices, BuildOutput> {
  return {
    description: 'Delta, audit, publish',
    run: async ({ services, logger }) => {
      const transforms = await services.transforms();
      const { published, publication, models, checks } = await transforms.build();
      if (!published || publication === undefined) throw new TaskSkip('nothing the marts read has changed');
      const { version, sourceWatermark } = publication;
      const removed = models.reduce((sum, each) => sum + each.removed, 0);
      const added = models.reduce((sum, each) => sum + each.added, 0);
      logger.info(`published version ${version}: ${added} rows added, ${removed} removed`, {
        sourceWatermark,
      });
      return { version, sourceWatermark, removed, added, checks: checks.length };
    },
  };
}
