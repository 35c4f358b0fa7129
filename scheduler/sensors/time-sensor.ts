import { parseDurationMs } from '../../lib/duration.ts';
import type { SensorArgs, SensorTask, TaskContext } from '../authoring/task.ts';

/** Until when: an instant, or so long after the end of the run's data interval. */
export type TimeSensorArgs<Services> = SensorArgs &
  (
    | { readonly at: Date | ((context: TaskContext<Services>) => Date); readonly delta?: never }
    | { readonly delta: string; readonly at?: never }
  );

/** Waits for a moment; looks again exactly then. */
export function timeSensor<Services>(args: TimeSensorArgs<Services>): SensorTask<Services> {
  const { at, delta, ...sensor } = args;
  return {
    ...sensor,
    poke: (context) => {
      const given = typeof at === 'function' ? at(context) : at;
      const target = given ?? after(context.dataIntervalEnd, delta ?? '0s');
      if (context.clock.now() >= target) return true;
      context.logger.info(`waits until ${target.toISOString()}`);
      return { isDone: false, nextPokeAt: target };
    },
  };
}

function after(date: Date, delta: string): Date {
  return new Date(date.getTime() + parseDurationMs(delta));
}
