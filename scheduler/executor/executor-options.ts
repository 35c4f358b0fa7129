import type { Knex } from 'knex';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AnyTask } from '../authoring/definition.ts';
import type { ExecutorKind } from '../authoring/task.ts';
import type { OnSchedulerEvent } from '../events.ts';
import type { SecretsBackend } from '../secrets/secrets-backend.ts';
import type { ScheduledDag } from '../store/dags.ts';
import type { InstanceKey, RunKey } from '../store/rows.ts';

/** An attempt that the planner queued for this process. */
export interface QueuedAttempt {
  readonly key: InstanceKey;
  readonly token: string;
  readonly tryNumber: number;
  readonly task: AnyTask;
}

export interface ExecutorOptions {
  readonly control: Knex;
  readonly dags: ReadonlyMap<string, ScheduledDag>;
  readonly services: unknown;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logDir: string;
  readonly parallelism: number;
  readonly leaseMs: number;
  readonly abortGraceMs: number;
  /** Where tasks run that do not say it themselves. */
  readonly defaultExecutor: ExecutorKind;
  /** So much of the log of one attempt is kept. */
  readonly logLimitBytes: number;
  /** Where connections and variables come from. */
  readonly secrets: SecretsBackend;
  readonly onEvent: OnSchedulerEvent;
  /** Who this scheduler is among others. */
  readonly owner: () => Promise<number>;
  /** Called after every attempt that ended. */
  readonly onSettled: (run: RunKey, task: AnyTask) => void;
}
