import type { FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was staged. */
export interface StageOutput {
  readonly batches: number;
  readonly changedRows: number;
  /** Everything up to here in the shop's log is staged. */
  readonly watermark: string;
  /** Rows set aside because their values fit no column, and keys that keep an older row because of it. */
  readonly quarantined: number;
  readonly staleKeys: number;
}

/** Types, renames and deduplicates every loaded batch that staging has not consumed. */
export function stageBatches(): FunctionTask<PipelineServices, StageOutput> {
  return {
    description: 'Consumes loaded batches into staging',
    run: async ({ services, logger }) => {
      const transforms = await services.transforms();
      const restore = async (): Promise<void> => {
        const restored = await services.restoreTouched();
        if (restored.keys > 0)
          logger.info(`brought the history of ${restored.keys} retired keys back`, restored);
      };
      await restore();
      const staged = await transforms.stage();
      // What was loaded in between is staged too. Staging itself goes by new rows and its own tables; what comes after
      // it reads raw.
      await restore();
      const { batches, changedRows, watermark, quarantined, staleKeys } = staged;
      logger.info(`staged ${changedRows} rows of ${batches} batches`, { watermark });
      if (quarantined > 0) logger.warn(`${quarantined} rows are in quarantine`, { staleKeys });
      return { batches, changedRows, watermark, quarantined, staleKeys };
    },
  };
}
