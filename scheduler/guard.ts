import { messageOf } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { OnSchedulerEvent } from './events.ts';

/** One DAG that cannot be planned is no reason for the others to stand still. */
export function evenIfItThrows<Planned>(
  { onEvent, clock }: { readonly onEvent: OnSchedulerEvent; readonly clock: Clock },
  dagId: string,
  otherwise: Planned,
  plan: () => Planned,
): Planned {
  try {
    return plan();
  } catch (error) {
    onEvent({ type: 'tick_failed', at: clock.now(), message: `DAG ${dagId}: ${messageOf(error)}` });
    return otherwise;
  }
}
