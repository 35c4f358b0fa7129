import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import type { Engine } from './engine.ts';
import { nextDueAt } from './store/queries.ts';

/** Keeps passes going until something is true, for callers that wait and for schedulers that were not started. */
export interface Driver {
  readonly until: (done: () => Promise<boolean>, signal?: AbortSignal) => Promise<void>;
}

/** Each round is one pass, then a wait for whatever comes first: something happened, a retry is due, a second. */
export function createDriver(input: {
  readonly control: Knex;
  readonly clock: Clock;
  readonly engine: Engine;
}): Driver {
  const { control, clock, engine } = input;
  const leastWaitMs = 50;
  // As often as the ticker of a started scheduler.
  const mostWaitMs = 1000;
  return {
    until: async (done, signal) => {
      const isOver = (): boolean => engine.isStopping() || signal?.aborted === true;
      while (!isOver()) {
        await engine.passes.run();
        const round = new AbortController();
        const ended = signal === undefined ? round.signal : AbortSignal.any([round.signal, signal]);
        // Before the look at the state, so that nothing which happens during the look goes unheard.
        const rung = engine.bell.next(ended);
        if (await done()) return round.abort();
        const due = await nextDueAt(control);
        const dueMs = due === null ? mostWaitMs : due.getTime() - clock.now().getTime();
        const waitMs = Math.min(mostWaitMs, Math.max(dueMs, leastWaitMs));
        await Promise.race([rung, clock.sleep(waitMs, ended)]);
        round.abort();
      }
    },
  };
}
