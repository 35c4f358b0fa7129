import { parseDurationMs } from '../../lib/duration.ts';
import { defaultPool } from '../core/slots.ts';
import type { MapGroup, TaskDefinition, TaskWork, TemplatedWork } from './definition.ts';
import type { BranchTask, ShortCircuitTask } from './branch-task.ts';
import type {
  FunctionTask,
  SensorTask,
  TaskArgs,
  TaskCallbacks,
  TaskContext,
  TaskHandle,
  Templated,
} from './task.ts';
import type { Rendered, TemplateFields } from './template-fields.ts';

/** What a task does that has a function. That it is given its own fields, rendered, only this file knows. */
export function functionWork<Services, Fields extends TemplateFields>(
  task: FunctionTask<Services, unknown, Fields>,
): TaskWork<Services> {
  const run = (context: TaskContext<Services>, fields: TemplateFields): unknown =>
    task.run(context, fields as Rendered<Fields>);
  return { kind: 'function', run, ...templatesOf(task) };
}

/** What of a task is rendered, with its defaults. */
export function templatesOf<Fields extends TemplateFields>({
  templates,
  shellFields = [],
  templateExt = {},
}: Templated<Fields>): TemplatedWork {
  return { templates: templates ?? {}, shellFields, templateExt };
}

/** What a branch does; its choices are the ids of the tasks. */
export function branchWork<Services, Name extends string, Fields extends TemplateFields>(
  task: BranchTask<Services, Name, Fields>,
): TaskWork<Services> {
  const named = Object.entries<TaskHandle>(task.choices);
  return {
    kind: 'branch',
    ...templatesOf(task),
    choose: (context, fields) => task.choose(context, fields as Rendered<Fields>),
    choices: new Map(named.map(([name, handle]) => [name, handle.taskId])),
  };
}

/** What a short-circuit does, with its defaults. */
export function shortCircuitWork<Services, Fields extends TemplateFields>(
  task: ShortCircuitTask<Services, Fields>,
): TaskWork<Services> {
  return {
    kind: 'short_circuit',
    ...templatesOf(task),
    condition: (context, fields) => task.condition(context, fields as Rendered<Fields>),
    reach: task.ignoreDownstreamTriggerRules === false ? 'direct' : 'all',
  };
}

/** What a sensor does, with its defaults. */
export function sensorWork<Services, Fields extends TemplateFields>(
  sensor: SensorTask<Services, unknown, Fields>,
): TaskWork<Services> {
  return {
    kind: 'sensor',
    ...templatesOf(sensor),
    poke: (context, fields) => sensor.poke(context, fields as Rendered<Fields>),
    policy: {
      pokeIntervalMs: parseDurationMs(sensor.pokeInterval ?? '60s'),
      timeoutMs: parseDurationMs(sensor.timeout ?? '7d'),
      exponentialBackoff: sensor.exponentialBackoff ?? false,
      maxWaitMs: sensor.maxWait === undefined ? undefined : parseDurationMs(sensor.maxWait),
    },
    softFail: sensor.softFail ?? false,
  };
}

function callbacksOf({ onExecute = [], onSuccess = [], onFailure = [], ...rest }: TaskArgs): TaskCallbacks {
  const { onRetry = [], onSkipped = [] } = rest;
  return { onExecute, onSuccess, onFailure, onRetry, onSkipped };
}

/** Fills in every default; whether the result makes sense is the loader's question. */
export function resolveTask<Services>(input: {
  readonly taskId: string;
  readonly dependsOn: readonly string[];
  readonly task: TaskArgs;
  readonly isMapSource: boolean;
  readonly mapGroup: MapGroup | undefined;
  readonly work: TaskWork<Services>;
}): TaskDefinition<Services> {
  const { taskId, dependsOn, task, isMapSource, mapGroup, work } = input;
  return {
    taskId,
    description: task.description ?? '',
    dependsOn,
    triggerRule: task.triggerRule ?? (task.isTeardown === true ? 'all_done_setup_success' : 'all_success'),
    retryPolicy: {
      retries: task.retries ?? 0,
      retryDelayMs: parseDurationMs(task.retryDelay ?? '5m'),
      retryExponentialBackoff: task.retryExponentialBackoff ?? false,
      maxRetryDelayMs: task.maxRetryDelay === undefined ? undefined : parseDurationMs(task.maxRetryDelay),
    },
    executionTimeoutMs:
      task.executionTimeout === undefined ? undefined : parseDurationMs(task.executionTimeout),
    executor: task.executor,
    memoryLimitMb: task.memoryLimitMb,
    dependsOnPast: task.dependsOnPast ?? false,
    waitForDownstream: task.waitForDownstream ?? false,
    pool: task.pool ?? defaultPool,
    poolSlots: task.poolSlots ?? 1,
    priorityWeight: task.priorityWeight ?? 1,
    weightRule: task.weightRule ?? 'downstream',
    maxActiveTisPerDag: task.maxActiveTisPerDag,
    isSetup: task.isSetup ?? false,
    isTeardown: task.isTeardown ?? false,
    onFailureFailDagrun: task.onFailureFailDagrun ?? false,
    inlets: task.inlets ?? [],
    outlets: task.outlets ?? [],
    callbacks: callbacksOf(task),
    isMapSource,
    mapGroup,
    work,
  };
}
