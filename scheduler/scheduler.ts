import type { Knex } from 'knex';
import { schedule as scheduleCron } from 'node-cron';
import type { ScheduledTask } from 'node-cron';
import type { Clock } from '../lib/clock.ts';
import { migrate } from '../lib/control-store.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/logger.ts';
import type { Schedule } from './authoring/schedule.ts';
import { createCommands } from './commands.ts';
import type { SchedulerCommands } from './commands.ts';
import { createDriver } from './drive.ts';
import { createEngine } from './engine.ts';
import { schedulerErrors } from './errors.ts';
import type { OnSchedulerEvent } from './events.ts';
import type { Executor } from './executor/executor.ts';
import { loadDags } from './loader.ts';
import type { LoadedDags } from './loader.ts';
import { readDagFacts, registerDags } from './store/dags.ts';
import type { ScheduledDag } from './store/dags.ts';
import { schedulerMigrations, schedulerSchema } from './store/migrations.ts';

/** How a scheduler is set up. */
export interface SchedulerOptions<Services> {
  readonly control: Knex;
  /** Folder of the `*.dag.ts` files. */
  readonly dagsFolder: string;
  /** Given to every task as `context.services`; the scheduler does not look at it. */
  readonly services: Services;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Task logs go below this folder. */
  readonly logDir: string;
  /** Schedules to use in place of the DAGs' own, by DAG id. */
  readonly scheduleOverrides?: Readonly<Record<string, Schedule>> | undefined;
  readonly onEvent: OnSchedulerEvent;
  /** Attempts at the same time in this process; 8. */
  readonly parallelism?: number | undefined;
  /** An attempt whose heartbeat is older than this is lost; 60 s. Renewed three times within. */
  readonly leaseMs?: number | undefined;
  /** How long `stop` lets running tasks finish before it aborts them; 5 s. */
  readonly stopGraceMs?: number | undefined;
}

/** A scheduler: a background service, and what people can ask of it. */
export interface Scheduler extends Service, SchedulerCommands {
  /** Works off everything that is due, waiting for retries and sensors, until no run is left; needs no `start`. */
  readonly runUntilIdle: (signal?: AbortSignal) => Promise<void>;
}

/** Loads the DAGs and brings the store up to date. Nothing runs before `start`, `waitForRun` or `runUntilIdle`. */
export async function createScheduler<Services>(options: SchedulerOptions<Services>): Promise<Scheduler> {
  const { control, clock, onEvent, parallelism = 8, leaseMs = 60_000, stopGraceMs = 5000 } = options;
  await migrate(control, schedulerSchema, schedulerMigrations);
  const loaded = await loadDags(options.dagsFolder);
  for (const error of loaded.importErrors) onEvent({ type: 'import_error', ...error });
  for (const warning of loaded.warnings) options.logger.warn(warning);
  const dags = withSchedules(loaded, options.scheduleOverrides ?? {});
  await registerDags(control, [...dags.values()], clock.now());

  const engine = createEngine({ ...options, dags, parallelism, leaseMs, abortGraceMs: 5000 });
  const driver = createDriver({ control, clock, engine });
  let ticker: ScheduledTask | undefined;
  return {
    ...createCommands({ ...options, dags, loaded, driver, freeSlots: engine.executor.freeSlots }),
    name: 'scheduler',
    start: async () => {
      if (ticker !== undefined) return;
      engine.resume();
      await engine.join();
      // The wake-up for what becomes due by time alone; everything else wakes the loop as it happens.
      ticker = scheduleCron('* * * * * *', engine.wake, {
        name: 'scheduler-tick',
        suppressMissedWarning: true,
      });
      engine.wake();
    },
    stop: async () => {
      await ticker?.destroy();
      ticker = undefined;
      await engine.stop(stopGraceMs);
    },
    runUntilIdle: async (signal) => {
      await driver.until(async () => await isIdle(control, dags, engine.executor), signal);
    },
  };
}

async function isIdle(
  control: Knex,
  dags: ReadonlyMap<string, ScheduledDag>,
  executor: Executor,
): Promise<boolean> {
  if (executor.running() > 0) return false;
  const facts = [...(await readDagFacts(control)).values()];
  return facts.every((dag) => dag.paused || !dags.has(dag.dagId) || dag.queuedRuns + dag.runningRuns === 0);
}

function withSchedules(
  { dags, importErrors }: LoadedDags,
  overrides: Readonly<Record<string, Schedule>>,
): ReadonlyMap<string, ScheduledDag> {
  const unknown = Object.keys(overrides).find((dagId) => !dags.has(dagId));
  // A DAG whose file does not load is reported as such; the others must run all the same.
  if (unknown !== undefined && importErrors.length === 0) {
    throw schedulerErrors.error('DAG_NOT_FOUND', { message: `no DAG ${unknown} to give another schedule` });
  }
  return new Map(
    [...dags].map(([dagId, dag]) => {
      const override = overrides[dagId];
      return [dagId, { dag, schedule: override === undefined ? dag.definition.schedule : override }];
    }),
  );
}
