import type { ZodObject } from 'zod';
import { parseDurationMs } from '../../lib/duration.ts';
import { schedulerErrors } from '../errors.ts';
import type { RunPolicy } from '../core/states.ts';
import { branchingBuilder } from './branching.ts';
import type { BranchingBuilder } from './branching.ts';
import type { DagDefinition, TaskEdge, TaskWork } from './definition.ts';
import { mapArguments, mappedWork, refuseUnexpanded, sourcesOf } from './mapped-task.ts';
import { resolveTask, sensorWork } from './resolve-task.ts';
import type { Schedule } from './schedule.ts';
import type {
  Dependency,
  FunctionTask,
  MappedTask,
  MappedTaskHandle,
  PartialTask,
  SensorTask,
  TaskArgs,
  TaskHandle,
  TaskNode,
  XComRef,
} from './task.ts';

/** Arguments of a DAG; Airflow 3's names, defaults and meaning. */
export interface DagArgs<Services> {
  readonly dagId: string;
  readonly description: string;
  /** When it runs by itself: `every('5m')`, `cron('0 6 * * *', zone)`, `assets(...)`, or null for manual only. */
  readonly schedule: Schedule;
  /** No run is scheduled for a tick, or an interval that begins, before this. */
  readonly startDate?: Date;
  /** Nor for one after this; this very instant still counts. */
  readonly endDate?: Date;
  /** Run once for every missed tick; false: ticks missed while down collapse into the latest. */
  readonly catchup?: boolean;
  /** 16; always 1 for a continuous schedule. */
  readonly maxActiveRuns?: number;
  /** Tasks of one run at the same time; 16. */
  readonly maxActiveTasks?: number;
  /** How long a run may take from its start: then it fails, and what has not ended is skipped. Unlimited. */
  readonly dagrunTimeout?: string;
  /** The first task that fails ends the run; only where every task has the rule all_success. false */
  readonly failFast?: boolean;
  /** Pauses the DAG after so many failed runs in a row; 0: never. */
  readonly maxConsecutiveFailedRuns?: number;
  /** Which failures make a run fail: `leaves`, as in Airflow, or `any_failed`, the default with failFast. */
  readonly runPolicy?: RunPolicy;
  /**
   * What a run may be told, `z.object({...})`: checked when the run is triggered, and given to tasks as `params`, with
   * defaults. Where the DAG runs by itself every param needs a default. By default anything goes.
   */
  readonly params?: ZodObject;
  /** Defaults for every task of this DAG; a task's own arguments win. */
  readonly defaultArgs?: TaskArgs;
  readonly tags: readonly string[];
  /** Who answers for it. */
  readonly owner: string;
  /** Declares the tasks and their order. Called once, when the file is loaded. */
  readonly tasks: (t: TaskBuilder<Services>) => void;
}

/** Adds tasks to a DAG. */
export interface TaskBuilder<Services> extends BranchingBuilder<Services> {
  readonly task: <Output>(taskId: string, task: FunctionTask<Services, Output>) => TaskHandle<Output>;
  /** A task with an instance for every value of a list; `expand` says which lists. */
  readonly partial: <Args extends object, Output>(
    taskId: string,
    task: MappedTask<Services, Args, Output>,
  ) => PartialTask<Args, Output>;
  readonly sensor: <Output = undefined>(
    taskId: string,
    sensor: SensorTask<Services, Output>,
  ) => TaskHandle<Output>;
}

/**
 * Declares a DAG; a `*.dag.ts` file exports the result.
 *
 *     export default dag<Services>({
 *       dagId: 'hello', description: 'Says hello.', schedule: every('5m'), owner: 'data', tags: [],
 *       tasks: (t) => {
 *         const name = t.task('name', { run: () => 'world' });
 *         t.task('greet', { run: async (c) => c.logger.info(`hello ${await c.xcomPull(name)}`) }).after(name);
 *       },
 *     });
 */
export function dag<Services>(args: DagArgs<Services>): DagDefinition<Services> {
  refuseMissing(args);
  return {
    kind: 'dag',
    dagId: args.dagId,
    description: args.description,
    schedule: args.schedule,
    startDate: args.startDate,
    endDate: args.endDate,
    catchup: args.catchup ?? false,
    maxActiveRuns: args.maxActiveRuns ?? (args.schedule?.kind === 'continuous' ? 1 : 16),
    maxActiveTasks: args.maxActiveTasks ?? 16,
    dagrunTimeoutMs: args.dagrunTimeout === undefined ? undefined : parseDurationMs(args.dagrunTimeout),
    failFast: args.failFast ?? false,
    maxConsecutiveFailedRuns: args.maxConsecutiveFailedRuns ?? 0,
    runPolicy: args.runPolicy ?? (args.failFast === true ? 'any_failed' : 'leaves'),
    params: args.params,
    tags: args.tags.toSorted(),
    owner: args.owner,
    ...collectTasks(args),
  };
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** What every DAG must say, and how to tell that it does; one row an argument. */
const required: ReadonlyArray<{
  readonly argument: keyof DagArgs<never>;
  readonly expected: string;
  readonly isGiven: (value: unknown) => boolean;
}> = [
  { argument: 'dagId', expected: 'a text', isGiven: isText },
  { argument: 'description', expected: 'a text', isGiven: isText },
  {
    argument: 'schedule',
    expected: 'every(...), cron(...), assets(...) or null',
    isGiven: (value) => typeof value === 'object',
  },
  { argument: 'owner', expected: 'a text', isGiven: isText },
  { argument: 'tags', expected: 'a list of texts, such as []', isGiven: Array.isArray },
  { argument: 'tasks', expected: 'a function', isGiven: (value) => typeof value === 'function' },
];

/** The loader does not check types, so a file that no compiler has seen gets here. The loader adds which file it is. */
function refuseMissing(args: Partial<Record<keyof DagArgs<never>, unknown>>): void {
  for (const { argument, expected, isGiven } of required) {
    const value = args[argument];
    if (isGiven(value)) continue;
    const dagName = isText(args.dagId) ? `DAG ${String(args.dagId)}` : 'a DAG';
    const what = value === undefined ? 'is missing' : 'has the wrong type';
    throw schedulerErrors.error('DAG_ARGUMENT_INVALID', {
      message: `${dagName}: ${argument} ${what}; it must be ${expected}`,
    });
  }
}

function collectTasks<Services>({
  dagId,
  defaultArgs,
  tasks,
}: DagArgs<Services>): Pick<DagDefinition<Services>, 'tasks' | 'edges'> {
  const added: Array<{ taskId: string; task: TaskArgs; work: TaskWork<Services> }> = [];
  const edges: TaskEdge[] = [];
  const unexpanded = new Set<string>();
  const add = <Output>(taskId: string, task: TaskArgs, work: TaskWork<Services>): TaskHandle<Output> => {
    added.push({ taskId, task: { ...defaultArgs, ...task }, work });
    return createHandle<TaskHandle<Output>>({ taskId, isMapped: false }, edges);
  };
  tasks({
    task: (taskId, task) => add(taskId, task, { kind: 'function', run: task.run }),
    sensor: (taskId, sensor) => add(taskId, sensor, sensorWork(sensor)),
    ...branchingBuilder<Services>(add),
    partial: <Args extends object, Output>(taskId: string, task: MappedTask<Services, Args, Output>) => {
      unexpanded.add(taskId);
      return {
        expand: (over) => {
          unexpanded.delete(taskId);
          const work = mappedWork(task, mapArguments(taskId, over));
          add(taskId, task, work);
          for (const each of work.over) if (each.kind === 'xcom') edges.push({ from: each.from, to: taskId });
          return createHandle<MappedTaskHandle<Output>>({ taskId, isMapped: true }, edges);
        },
      };
    },
  });
  refuseUnexpanded(dagId, unexpanded);
  const sources = new Set(added.flatMap(({ work }) => sourcesOf(work)));
  const resolved = added.map(({ taskId, task, work }) => {
    const dependsOn = edges.filter((edge) => edge.to === taskId).map((edge) => edge.from);
    const isMapSource = sources.has(taskId);
    return resolveTask({ taskId, dependsOn: [...new Set(dependsOn)], task, isMapSource, work });
  });
  return { tasks: resolved, edges };
}

function createHandle<Handle extends TaskNode<Handle> & XComRef<unknown>>(
  task: { readonly taskId: string; readonly isMapped: boolean },
  edges: TaskEdge[],
): Handle {
  const { taskId } = task;
  const idOf = (each: Dependency): string => (typeof each === 'string' ? each : each.taskId);
  const node: TaskNode<Handle> = {
    after: (...tasks) => {
      edges.push(...tasks.map((each) => ({ from: idOf(each), to: taskId })));
      return handle;
    },
    before: (...tasks) => {
      edges.push(...tasks.map((each) => ({ from: taskId, to: idOf(each) })));
      return handle;
    },
  };
  // What differs between the handles is known to the compiler alone.
  const handle = { ...task, ...node } as unknown as Handle;
  return handle;
}
