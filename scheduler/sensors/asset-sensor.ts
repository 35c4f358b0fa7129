import { formatDuration, parseDurationMs } from '../../lib/duration.ts';
import type { Asset } from '../authoring/asset.ts';
import type { SensorArgs, SensorTask, TaskContext } from '../authoring/task.ts';

/** Which event is new enough: one after an instant, or no older than so long. */
export type AssetSensorArgs<Services> = SensorArgs & {
  readonly asset: Asset;
} & (
    | {
        /** The start of the run's data interval. */
        readonly after?: (context: TaskContext<Services>) => Date;
        readonly maxAge?: never;
      }
    | { readonly maxAge: string; readonly after?: never }
  );

/** Waits until an asset was produced, or, with `maxAge`, until it is fresh. */
export function assetSensor<Services>(args: AssetSensorArgs<Services>): SensorTask<Services> {
  const { asset, after, maxAge, ...sensor } = args;
  return {
    ...sensor,
    poke: async (context) => {
      const now = context.clock.now();
      const since =
        maxAge === undefined
          ? (after?.(context) ?? context.dataIntervalStart)
          : new Date(now.getTime() - parseDurationMs(maxAge));
      const event = await context.scheduler.latestAssetEvent(asset);
      if (event !== undefined && event.createdAt >= since) return true;
      const age =
        event === undefined ? 'never' : `${formatDuration(now.getTime() - event.createdAt.getTime())} ago`;
      context.logger.info(`${asset.name} was produced ${age}; waits for one since ${since.toISOString()}`);
      return false;
    },
  };
}
