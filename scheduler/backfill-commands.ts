import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import { backfillIntervals, planBackfill } from './core/plan-backfill.ts';
import type { BackfillStep } from './core/plan-backfill.ts';
import { cancelBackfill, createBackfill, listBackfills, pauseBackfill } from './store/backfills.ts';
import type { Backfill, NewBackfill } from './store/backfills.ts';
import type { ScheduledDag } from './store/dags.ts';
import { notifyWake } from './store/presence.ts';

/** What came of asking for a backfill. */
export interface CreatedBackfill {
  /** undefined after a dry run. */
  readonly id: number | undefined;
  /** In the order in which they are done. */
  readonly steps: readonly BackfillStep[];
}

/** Runs of the past, worked off by the same engine, beside those that are due. */
export interface BackfillCommands {
  readonly createBackfill: (dagId: string, asked: NewBackfill) => Promise<CreatedBackfill>;
  /** The newest first. */
  readonly listBackfills: (dagId?: string) => Promise<readonly Backfill[]>;
  readonly pauseBackfill: (id: number) => Promise<void>;
  readonly unpauseBackfill: (id: number) => Promise<void>;
  readonly cancelBackfill: (id: number) => Promise<void>;
}

/** Builds them over a store. */
export function createBackfillCommands(input: {
  readonly control: Knex;
  readonly clock: Clock;
  readonly mustScheduled: (dagId: string) => ScheduledDag;
}): BackfillCommands {
  const { control, clock } = input;
  return {
    createBackfill: async (dagId, asked) => {
      const scheduled = input.mustScheduled(dagId);
      const { dag } = scheduled;
      const now = clock.now();
      const infos = backfillIntervals(scheduled, asked, now);
      const created = await createBackfill(control, {
        dag,
        asked,
        now,
        logicalDates: infos.map((info) => info.logicalDate),
        plan: (existing) => planBackfill(dag, asked, { infos, existing }),
      });
      await notifyWake(control);
      return created;
    },
    listBackfills: async (dagId) => await listBackfills(control, dagId),
    pauseBackfill: async (id) => await pauseBackfill(control, id, true),
    unpauseBackfill: async (id) => {
      await pauseBackfill(control, id, false);
      await notifyWake(control);
    },
    cancelBackfill: async (id) => {
      await cancelBackfill(control, id, clock.now());
      await notifyWake(control);
    },
  };
}
