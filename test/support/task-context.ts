import type { Clock } from '../../lib/clock.ts';
import { systemClock } from '../../lib/clock.ts';
import type { LogFields, Logger } from '../../lib/logger.ts';
import type { PokeResult, Templated } from '../../scheduler/authoring/task.ts';
import type { Rendered, TemplateFields } from '../../scheduler/authoring/template-fields.ts';
import { envSecrets } from '../../scheduler/secrets/secrets-backend.ts';
import { createTaskSecrets } from '../../scheduler/secrets/task-secrets.ts';
import type { SchedulerAccess } from '../../scheduler/authoring/scheduler-access.ts';
import type { FunctionTask, SensorTask, TaskContext } from '../../scheduler/index.ts';

/** A logger that keeps what it is told. */
export function createLogSpy(): {
  readonly logger: Logger;
  readonly lines: string[];
  readonly fields: LogFields[];
} {
  const lines: string[] = [];
  const fields: LogFields[] = [];
  const keep = (message: string, more: LogFields = {}): void => {
    lines.push(message);
    fields.push(more);
  };
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => logger };
  return { logger, lines, fields };
}

/** A clock that stands still. */
export const clockAt = (iso: string): Clock => ({ ...systemClock, now: () => new Date(iso) });

/** A scheduler that knows nothing but what it is given. */
export const accessOf = (more: Partial<SchedulerAccess>): SchedulerAccess => ({
  triggerDag: async () => false,
  runState: async () => undefined,
  hasTask: async () => true,
  statesAt: async () => [],
  latestAssetEvent: async () => undefined,
  ...more,
});

/** The context of a scheduled run at 2026-03-02T10:00 UTC, for operators on their own. */
export function contextOf<Services>(
  services: Services,
  more: Partial<TaskContext<Services>> = {},
): TaskContext<Services> {
  const at = new Date('2026-03-02T10:00:00Z');
  return {
    dagId: 'd',
    runId: 'scheduled__2026-03-02T10:00:00+00:00',
    taskId: 't',
    mapIndex: -1,
    tryNumber: 1,
    logicalDate: at,
    dataIntervalStart: at,
    dataIntervalEnd: at,
    conf: {},
    params: {},
    clock: systemClock,
    logger: createLogSpy().logger,
    signal: new AbortController().signal,
    services,
    waitingSince: at,
    scheduler: accessOf({}),
    xcomPull: async () => undefined as never,
    latestSuccess: async () => undefined,
    previousSuccess: async () => undefined,
    ...createTaskSecrets(envSecrets({})),
    ...more,
  };
}

/** Does a task's work as the executor does it, but for templates: what is no function stays as it is written. */
export function runTask<Services, Output, Fields extends TemplateFields>(
  task: FunctionTask<Services, Output, Fields>,
  context: TaskContext<Services>,
): Promise<Output> | Output {
  return task.run(context, fieldsOf(task, context));
}

/** The same of a sensor. */
export function pokeOnce<Services, Output, Fields extends TemplateFields>(
  sensor: SensorTask<Services, Output, Fields>,
  context: TaskContext<Services>,
): Promise<PokeResult<Output>> | PokeResult<Output> {
  return sensor.poke(context, fieldsOf(sensor, context));
}

function fieldsOf<Services, Fields extends TemplateFields>(
  { templates }: Templated<Fields>,
  context: TaskContext<Services>,
): Rendered<Fields> {
  const fields = Object.entries<unknown>(templates ?? {}).map(([name, value]) => [
    name,
    typeof value === 'function' ? (value as (context: TaskContext<Services>) => unknown)(context) : value,
  ]);
  return Object.fromEntries(fields) as Rendered<Fields>;
}
