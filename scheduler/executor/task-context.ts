import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AnyDag, MapGroup } from '../authoring/definition.ts';
import type { SchedulerAccess } from '../authoring/scheduler-access.ts';
import type { TaskContext, XComRef } from '../authoring/task.ts';
import { resolveParams } from '../core/params.ts';
import type { SecretsBackend } from '../secrets/secrets-backend.ts';
import { createTaskSecrets } from '../secrets/task-secrets.ts';
import type { DagRun, InstanceKey } from '../store/rows.ts';
import type { ReturnedValues } from '../store/xcom.ts';
import { mappedValues } from './mapped-values.ts';

/** What a context is made from. */
export interface TaskContextInput {
  readonly run: Pick<DagRun, 'logicalDate' | 'dataIntervalStart' | 'dataIntervalEnd' | 'conf'>;
  readonly key: InstanceKey;
  readonly tryNumber: number;
  readonly dag: Pick<AnyDag, 'dagId' | 'params' | 'tasks'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly services: unknown;
  readonly readReturned: (taskId: string) => Promise<ReturnedValues>;
  readonly waitingSince: Date;
  readonly scheduler: SchedulerAccess;
  readonly latestSuccess: TaskContext<never>['latestSuccess'];
  readonly previousSuccess: TaskContext<never>['previousSuccess'];
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
    xcomPull: async <Pulled>(ref: XComRef<Pulled>) => (await pull(input, ref)) as Pulled,
    latestSuccess: input.latestSuccess,
    previousSuccess: input.previousSuccess,
  };
}

/** In a mapped group a task sees the values of its own run of the group. */
async function pull(input: TaskContextInput, ref: XComRef<unknown>): Promise<unknown> {
  const { mapIndex } = input.key;
  const groupOf = (taskId: string): MapGroup | undefined =>
    input.dag.tasks.find((each) => each.taskId === taskId)?.mapGroup;
  const group = groupOf(input.key.taskId);
  if (group !== undefined && ref.groupValue !== undefined) {
    const xcomPull: TaskContext<never>['xcomPull'] = async <Pulled>(source: XComRef<Pulled>) =>
      (await pull(input, source)) as Pulled;
    return (await mappedValues(group, { mapIndex, xcomPull }))[ref.groupValue];
  }
  const { isMapped, values, indexes } = await input.readReturned(ref.taskId);
  if (group !== undefined && isMapped && groupOf(ref.taskId) === group) {
    return values[indexes.indexOf(mapIndex)];
  }
  return isMapped || ref.isMapped ? values : values[0];
}
