import { formatDuration, parseDurationMs } from '../../lib/duration.ts';
import { TaskSkip } from '../../scheduler/index.ts';
import type { FunctionTask } from '../../scheduler/index.ts';
import { dagErrors } from '../errors.ts';
import type { ApiSource, PipelineServices } from '../services.ts';

/** Up to when each stream is complete. */
export interface FreshnessOutput {
  readonly streams: number;
  /** Age of the stream that is furthest behind, milliseconds. */
  readonly oldestMs: number;
}

/**
 * Fails while a stream of the source is complete only up to longer ago than `maxAge`: an API that answers, but with less
 * and less, is as stale as one that does not. What reads the source waits behind this task.
 */
export function apiFreshness(
  source: ApiSource,
  maxAge: string,
): FunctionTask<PipelineServices, FreshnessOutput> {
  return {
    description: `Checks that every stream of ${source} is complete up to ${maxAge} ago`,
    triggerRule: 'none_failed',
    run: async ({ services, clock }) => {
      const extractor = await services.extractor(source);
      if (extractor === undefined) throw new TaskSkip(`${source} is not configured`);
      const now = clock.now().getTime();
      const ages = (await extractor.status()).map(({ stream, freshTo }) => ({
        stream,
        ageMs: freshTo === undefined ? Infinity : now - Date.parse(freshTo),
      }));
      const stale = ages.filter(({ ageMs }) => ageMs > parseDurationMs(maxAge));
      if (stale.length > 0) throw staleSource(source, stale, maxAge);
      return { streams: ages.length, oldestMs: Math.max(0, ...ages.map(({ ageMs }) => ageMs)) };
    },
  };
}

function staleSource(
  source: ApiSource,
  stale: ReadonlyArray<{ readonly stream: string; readonly ageMs: number }>,
  maxAge: string,
): Error {
  const named = stale.map(({ stream, ageMs }) =>
    ageMs === Infinity ? `${stream} was never read` : `${stream} is ${formatDuration(ageMs)} behind`,
  );
  return dagErrors.error('INGEST_SOURCE_STALE', {
    message: `${named.join(', ')}; at most ${maxAge} is allowed`,
    where: source,
  });
}
