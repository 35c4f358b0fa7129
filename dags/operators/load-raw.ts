import { TaskSkip } from '../../scheduler/index.ts';
import type { Asset, FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was loaded. */
export interface LoadOutput {
  readonly batches: number;
  readonly rows: number;
  /** Everything up to here is in the raw tables. */
  readonly position: string;
}

/**
 * Appends every landed batch that is not loaded yet to the raw tables. It produces `outlet` while anything loaded is not
 * published, whoever loaded it: an attempt that loaded and was lost before it could say so would else leave its rows
 * waiting for the next change of the shop. Skipped, producing nothing, when all is published. It also runs after a
 * skipped capture: an earlier run may have landed batches and died before it loaded them.
 */
export function loadRaw(outlet: Asset): FunctionTask<PipelineServices, LoadOutput> {
  return {
    description: 'Appends landed batches to the raw tables',
    triggerRule: 'none_failed',
    outlets: [outlet],
    run: async ({ services, logger }) => {
      const loader = await services.loader();
      const { batchIds, rows, position } = await loader.load();
      if (batchIds.length === 0 && !(await (await services.transforms()).isBehind())) {
        throw new TaskSkip('every landed batch is loaded and published');
      }
      logger.info(`loaded ${rows} rows of ${batchIds.length} batches`, { position });
      return { batches: batchIds.length, rows, position };
    },
  };
}
