import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Instant } from './instant.ts';
import type { DagRunState, DagRunType } from '../core/states.ts';
import type { TaskSecrets } from '../secrets/task-secrets.ts';

/** What a callback of a DAG is told of the run, and what it may use. */
export interface DagRunContext extends TaskSecrets {
  readonly dagId: string;
  readonly runId: string;
  readonly runType: DagRunType;
  /** As the run ended; for a deadline as it was when that was missed. */
  readonly state: DagRunState;
  /** Why it ended as it did, or which deadline it missed. */
  readonly reason: string | null;
  readonly logicalDate: Date | null;
  readonly dataIntervalStart: Date;
  readonly dataIntervalEnd: Date;
  readonly queuedAt: Date;
  readonly conf: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  /** Writes to the platform's log; secrets that were asked for are masked. */
  readonly logger: Logger;
  readonly services: unknown;
}

/** Told of a run. What it throws is logged and changes nothing. */
export type DagCallback = (context: DagRunContext) => unknown;

/** One or several. */
export type DagCallbacks = DagCallback | readonly DagCallback[];

/** By when a run must have succeeded, and who is told if it has not: Airflow's DeadlineAlert. Changes no state. */
export interface DeadlineArgs {
  /** Where the interval begins: when the run was created, its logical date (a run without one has no deadline), or then. */
  readonly reference: 'queued_at' | 'logical_date' | Instant;
  /** '2h' */
  readonly interval: string;
  readonly callback: DagCallbacks;
}

export type DeadlineReference = 'queued_at' | 'logical_date' | Date;
