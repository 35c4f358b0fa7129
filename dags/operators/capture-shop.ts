import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What was landed. */
export interface CaptureOutput {
  readonly batches: number;
  readonly changes: number;
  /** Landed up to here in the shop's log. */
  readonly position: string;
}

/** Lands everything the shop committed before the task began. Skipped when there was nothing. */
export function captureShop(): FunctionTask<PipelineServices, CaptureOutput> {
  return {
    description: 'Reads the changes of the shop from its log into the archive',
    // The very first run reads a snapshot of the whole shop.
    executionTimeout: '6h',
    run: async ({ services, signal, logger }) => {
      const capture = await services.capture();
      const { batches, changes, position } = await capture.capture(signal);
      if (batches === 0) throw new TaskSkip('the shop has not changed');
      logger.info(`landed ${changes} changes in ${batches} batches`, { position });
      return { batches, changes, position };
    },
  };
}
