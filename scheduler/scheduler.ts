import type { Knex } from 'knex';
import type { Clock } from '../lib/clock.ts';
import { migrate } from '../lib/control-store.ts';
import type { Service } from '../lib/lifecycle.ts';
import type { Logger } from '../lib/logger.ts';
import type { Schedule } from './authoring/schedule.ts';
import type { ExecutorKind } from './authoring/task.ts';
import { createCommands } from './commands.ts';
import type { SchedulerCommands } from './commands.ts';
import { createDriver } from './drive.ts';
import { createEngine } from './engine.ts';
import { schedulerErrors } from './errors.ts';
import type { OnSchedulerEvent } from './events.ts';
import type { Executor } from './executor/executor.ts';
import { createLiveDags } from './live-dags.ts';
import type { LiveDags } from './live-dags.ts';
import { createDagBag } from './loading/dag-bag.ts';
import { createImportTrials } from './loading/import-trial.ts';
import type { ImportTrials } from './loading/import-trial.ts';
import { createCipher } from './secrets/cipher.ts';
import { chainedSecrets, envSecrets } from './secrets/secrets-backend.ts';
import type { SecretsBackend } from './secrets/secrets-backend.ts';
import { createSecretStore } from './store/secrets.ts';
import { knownFiles } from './store/dag-files.ts';
import { readDagFacts } from './store/dags.ts';
import type { ScheduledDag } from './store/dags.ts';
import { schedulerMigrations, schedulerSchema } from './store/migrations.ts';
import type { RetentionPolicy } from './store/retention.ts';
import { startTimers } from './timers.ts';
import type { Timers } from './timers.ts';
import { coalesce } from './wake.ts';

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
  /** How long an aborted task may take to end before it is given up, and its process killed; 5 s. */
  readonly abortGraceMs?: number | undefined;
  /** Where tasks run that do not say it themselves; in_process. */
  readonly executor?: ExecutorKind | undefined;
  /** So much of the log of one attempt is kept; 20 MB. */
  readonly logLimitBytes?: number | undefined;
  /** How long the import of a DAG file may take, tried out in a worker thread; unlimited. */
  readonly importTimeoutMs?: number | undefined;
  /** Asked before the environment and the control store for connections and variables. */
  readonly secretsBackend?: SecretsBackend | undefined;
  /** Where `AIRFLOW_CONN_X` and the like are looked for; nowhere unless given. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Which finished runs are kept; all of them unless said. */
  readonly retention?: RetentionPolicy | undefined;
}

/** A scheduler: a background service, and what people can ask of it. */
export interface Scheduler extends Service, SchedulerCommands {
  /** Works off everything that is due, waiting for retries and sensors, until no run is left; needs no `start`. */
  readonly runUntilIdle: (signal?: AbortSignal) => Promise<void>;
}

/** Loads the DAGs and brings the store up to date. Nothing runs before `start`, `waitForRun` or `runUntilIdle`. */
export async function createScheduler<Services>(options: SchedulerOptions<Services>): Promise<Scheduler> {
  const { control, clock, parallelism = 8, leaseMs = 60_000, stopGraceMs = 5000 } = options;
  await migrate(control, schedulerSchema, schedulerMigrations);
  const trials = importTrials(options);
  const live = await openDags(options, trials);
  const { dags } = live;

  const { abortGraceMs = 5000, executor: defaultExecutor = 'in_process' } = options;
  const { logLimitBytes = 20 * 1024 * 1024 } = options;
  const { env = {}, secretsBackend } = options;
  const secretStore = createSecretStore(control, createCipher(env['SHOPWAVE_SECRETS_KEYS']));
  const backends = [...(secretsBackend === undefined ? [] : [secretsBackend]), envSecrets(env), secretStore];
  const secrets = chainedSecrets(backends);
  const limits = { parallelism, leaseMs, abortGraceMs, logLimitBytes };
  const engine = createEngine({ ...options, ...limits, dags, defaultExecutor, secrets });
  const driver = createDriver({ control, clock, engine });
  const reload = coalesce(async () => {
    if (await live.reload()) engine.wake();
  });
  let timers: Timers | undefined;
  return {
    ...createCommands({
      ...options,
      secrets,
      secretStore,
      dags,
      loaded: live.loaded,
      driver,
      executor: engine.executor,
    }),
    name: 'scheduler',
    start: async () => {
      if (timers !== undefined) return;
      engine.resume();
      await engine.join();
      trials?.warm();
      timers = startTimers(options, { wake: engine.wake, reload: reload.run });
      engine.wake();
    },
    stop: async () => {
      await timers?.stop();
      timers = undefined;
      await trials?.close();
      await engine.stop(stopGraceMs);
    },
    runUntilIdle: async (signal) => {
      await driver.until(async () => await isIdle(control, dags, engine.executor), signal);
      await engine.caller.settled();
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

function importTrials<Services>(options: SchedulerOptions<Services>): ImportTrials | undefined {
  const { importTimeoutMs: timeoutMs, control } = options;
  return timeoutMs === undefined ? undefined : createImportTrials({ timeoutMs, known: knownFiles(control) });
}

async function openDags<Services>(
  options: SchedulerOptions<Services>,
  trials: ImportTrials | undefined,
): Promise<LiveDags> {
  const { dagsFolder: folder, scheduleOverrides: overrides = {} } = options;
  const bag = createDagBag({ folder, monotonicMs: options.clock.monotonicMs, trial: trials?.run });
  const live = createLiveDags({ ...options, bag, overrides });
  await live.reload();
  const unknown = Object.keys(overrides).find((dagId) => !live.dags.has(dagId));
  // A DAG whose file does not load is reported as such; the others must run all the same.
  if (unknown !== undefined && live.loaded().importErrors.length === 0) {
    throw schedulerErrors.error('DAG_NOT_FOUND', { message: `no DAG ${unknown} to give another schedule` });
  }
  return live;
}
