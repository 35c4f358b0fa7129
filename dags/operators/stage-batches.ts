import type { FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was staged. */
export interface StageOutput {
  readonly batches: number;
  readonly changedRows: number;
  /** Everything up to here in the shop's log is staged. */
  readonly watermark: string;
}

/** Types, renames and deduplicates every loaded batch that staging has not consumed. */
export function stageBatches(): FunctionTask<PipelineServices, StageOutput> {
  return {
    description: 'Consumes loaded batches into staging',
    run: async ({ services, logger }) => {
      const transforms = await services.transforms();
      const { batches, changedRows, watermark } = await transforms.stage();
      logger.info(`staged ${changedRows} rows of ${batches} batches`, { watermark });
      return { batches, changedRows, watermark };
    },
  };
}
