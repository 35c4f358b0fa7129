import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import type { ApiExtractor, ApiSource, PipelineServices } from '../services.ts';

/** What was landed. */
export interface ExtractOutput {
  readonly batches: number;
  readonly objects: number;
  readonly requests: number;
}

/**
 * Reads an API into the archive. `incremental` brings what changed since the last run, through any outage in between;
 * `reconcile` reads again what can change without a trace, and compares ids for deletions. Skipped where the source is
 * not configured.
 */
export function extractApi(
  source: ApiSource,
  mode: 'incremental' | 'reconcile',
  streams?: readonly string[],
): FunctionTask<PipelineServices, ExtractOutput> {
  return {
    description: `Reads ${source} (${mode}) into the archive`,
    // After a long outage, or at the very first run, an API's own rate limit decides how long it takes.
    executionTimeout: '6h',
    run: async ({ services, signal, logger }) => {
      const extractor = await services.extractor(source);
      if (extractor === undefined) throw new TaskSkip(`${source} is not configured`);
      if (mode === 'reconcile' && !(await wasReadWhole(extractor)))
        throw new TaskSkip(`${source} was not read whole yet`);
      const { batches, objects, requests } = await extractor.extract(
        signal,
        streams === undefined ? { mode } : { mode, streams },
      );
      // All of it is landed; what does not add up is for a person.
      const found = mode === 'reconcile' ? extractor.reconciliation?.()?.error : undefined;
      if (found !== undefined) throw found;
      logger.info(`landed ${objects} objects in ${batches} batches`, { requests });
      return { batches, objects, requests };
    },
  };
}

async function wasReadWhole(extractor: ApiExtractor): Promise<boolean> {
  return (await extractor.status()).every(({ freshTo }) => freshTo !== undefined);
}
