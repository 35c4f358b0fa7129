import { formatDuration, parseDurationMs } from '../../lib/duration.ts';
import type { SensorArgs, SensorTask } from '../../scheduler/index.ts';
import type { PipelineServices } from '../services.ts';

/** What fresh enough means. */
export interface FreshnessGateArgs extends SensorArgs {
  /** The DAG that brings the data in. A run of it loads everything that was committed before the run began. */
  readonly dagId: string;
  /** How old the data may be: the age of that moment. */
  readonly maxAge: string;
  /** How long to wait for it. */
  readonly timeout: string;
}

/**
 * Waits until the loaded data is no older than `maxAge`, so that nobody publishes from a warehouse that ingestion
 * has not caught up with. It asks when the newest successful ingest run began and not how old the newest row is: a
 * quiet shop is not a stale one.
 */
export function freshnessGate({ dagId, maxAge, ...sensor }: FreshnessGateArgs): SensorTask<PipelineServices> {
  return {
    description: `Waits until ${dagId} has loaded the last ${maxAge}`,
    pokeInterval: '5s',
    ...sensor,
    poke: async ({ clock, logger, services, latestSuccess }) => {
      const run = await latestSuccess(dagId);
      const ageMs = run === undefined ? Infinity : clock.now().getTime() - run.startDate.getTime();
      if (ageMs <= parseDurationMs(maxAge)) return true;
      const age =
        run === undefined ? `${dagId} has not succeeded yet` : `data is ${formatDuration(ageMs)} old`;
      const { landedPosition, loadedPosition } = await services.landingStatus();
      logger.info(`${age}; waiting for ${dagId}`, { landedPosition, loadedPosition });
      return false;
    },
  };
}
