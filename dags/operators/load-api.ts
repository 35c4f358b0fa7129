import { TaskSkip } from '../../scheduler/index.ts';
import type { Asset, FunctionTask } from '../../scheduler/index.ts';
import type { ApiSource, PipelineServices } from '../services.ts';
import type { LoadOutput } from './load-raw.ts';

/**
 * Appends every landed batch of a source that is not loaded yet to its raw tables, and produces `outlet` when there was
 * one. It also runs when reading failed or was skipped: what an earlier run landed is not to wait for the next.
 */
export function loadApi(source: ApiSource, outlet: Asset): FunctionTask<PipelineServices, LoadOutput> {
  return {
    description: `Appends landed batches of ${source} to the raw tables`,
    triggerRule: 'all_done',
    outlets: [outlet],
    run: async ({ services, logger }) => {
      if ((await services.extractor(source)) === undefined) throw new TaskSkip(`${source} is not configured`);
      const loader = await services.apiLoader(source);
      const { batchIds, rows, position } = await loader.load();
      if (batchIds.length === 0) throw new TaskSkip('every landed batch is loaded');
      logger.info(`loaded ${rows} rows of ${batchIds.length} batches`, { position });
      return { batches: batchIds.length, rows, position };
    },
  };
}
