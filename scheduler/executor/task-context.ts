import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AnyDag } from '../authoring/definition.ts';
import type { SchedulerAccess } from '../authoring/scheduler-access.ts';
import type { TaskContext, XComRef } from '../authoring/task.ts';
import { resolveParams } from '../core/params.ts';
import type { SecretsBackend } from '../secrets/secrets-backend.ts';
import { createTaskSecrets } from '../secrets/task-secrets.ts';
import type { DagRun, InstanceKey } from '../store/rows.ts';
import type { ReturnedValues } from '../store/xcom.ts';

/** What a context is made from. */
export interface TaskContextInput {
  readonly run: Pick<DagRun, 'logicalDate' | 'dataIntervalStart' | 'dataIntervalEnd' | 'conf'>;
  readonly key: InstanceKey;
  readonly tryNumber: number;
  readonly dag: Pick<AnyDag, 'dagId' | 'params'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly services: unknown;
  readonly readReturned: (taskId: string) => Promise<ReturnedValues>;
  readonly waitingSince: Date;
  readonly scheduler: SchedulerAccess;
  readonly latestSuccess: TaskContext<never>['latestSuccess'];
  /** Where connections and variables come from. */
  readonly secrets: SecretsBackend;
}

/**
 * The one place where the type of the services is taken on trust: which services a DAG file asks for is only known
 * in that file, and the composition root gives every DAG the same ones.
 */
export function createTaskContext(input: TaskContextInput): TaskContext<never> {
  const { run, key, tryNumber, clock, logger, signal } = input;
  return {
    ...createTaskSecrets(input.secrets),
    ...key,
    tryNumber,
    clock,
    logger,
    signal,
    logicalDate: run.logicalDate,
    dataIntervalStart: run.dataIntervalStart,
    dataIntervalEnd: run.dataIntervalEnd,
    conf: run.conf,
    // Only if it is asked for: the DAG may have got other params since the run was triggered.
    get params() {
      return resolveParams(input.dag, run.conf);
    },
    services: input.services as never,
    waitingSince: input.waitingSince,
    scheduler: input.scheduler,
    xcomPull: async <Pulled>({ taskId, isMapped: wantsList }: XComRef<Pulled>) => {
      const { isMapped, values } = await input.readReturned(taskId);
      return (isMapped || wantsList ? values : values[0]) as Pulled;
    },
    latestSuccess: input.latestSuccess,
  };
}
