import type { ShopwaveError } from '../../lib/errors.ts';
import type { AnyDag, AnyTask } from '../authoring/definition.ts';
import { schedulerErrors } from '../errors.ts';
import { templateProblem } from '../templates/check-templates.ts';
import { paramWithoutDefault } from './params.ts';
import { buildGraph } from './graph.ts';
import type { DagGraph } from './graph.ts';
import { taskPriorities } from './priority.ts';
import { timeScheduleOf } from './timetables/timetable-of.ts';

/** A DAG that passed every check, with its graph. */
export interface LoadedDag {
  readonly definition: AnyDag;
  readonly graph: DagGraph;
  readonly tasks: ReadonlyMap<string, AnyTask>;
  readonly setups: ReadonlySet<string>;
  /** How urgent each task is, by id. */
  readonly priorities: ReadonlyMap<string, number>;
  /** The file it came from. */
  readonly file: string;
}

const idPattern = /^[A-Za-z0-9_.-]{1,250}$/;

/** Whether a DAG id or task id can be used in a URL, a path and an Airflow export alike. */
export function isValidId(id: string): boolean {
  return idPattern.test(id) && !/^\.+$/.test(id);
}

/** Checks a definition as a whole; throws the first error found, with the file. */
export function validateDag(definition: AnyDag, file: string): LoadedDag {
  const problem =
    idProblem(definition, file) ??
    argumentProblem(definition, file) ??
    edgeProblem(definition, file) ??
    templateProblem(definition, file);
  if (problem !== undefined) throw problem;
  const { graph, cycle } = buildGraph(definition.tasks);
  if (graph === undefined) {
    throw schedulerErrors.error('DAG_CYCLE', {
      message: `DAG ${definition.dagId} has a cycle: ${cycle.join(' -> ')}`,
      where: file,
    });
  }
  const tasks = new Map(definition.tasks.map((task) => [task.taskId, task]));
  const setups = new Set(definition.tasks.flatMap(({ taskId, isSetup }) => (isSetup ? [taskId] : [])));
  return { definition, graph, file, tasks, setups, priorities: taskPriorities(definition.tasks, graph) };
}

function idProblem({ dagId, tasks }: AnyDag, file: string): ShopwaveError | undefined {
  const invalid = [dagId, ...tasks.map((task) => task.taskId)].find((id) => !isValidId(id));
  if (invalid !== undefined) {
    return schedulerErrors.error('DAG_ID_INVALID', {
      message: `"${invalid}" is not a valid id`,
      where: file,
    });
  }
  if (tasks.length === 0) {
    return schedulerErrors.error('DAG_EMPTY', { message: `DAG ${dagId} has no task`, where: file });
  }
  const duplicate = tasks.find(
    ({ taskId }, index) => tasks.findIndex((task) => task.taskId === taskId) !== index,
  );
  if (duplicate === undefined) return undefined;
  const message = `DAG ${dagId} declares task ${duplicate.taskId} twice`;
  return schedulerErrors.error('TASK_ID_DUPLICATE', { message, where: file });
}

/** Every argument that has a lower bound; one row a rule. */
const bounds: readonly {
  readonly argument: string;
  readonly least: number;
  readonly valuesOf: (dag: AnyDag) => readonly number[];
}[] = [
  { argument: 'maxActiveRuns', least: 1, valuesOf: (dag) => [dag.maxActiveRuns] },
  { argument: 'maxActiveTasks', least: 1, valuesOf: (dag) => [dag.maxActiveTasks] },
  { argument: 'maxConsecutiveFailedRuns', least: 0, valuesOf: (dag) => [dag.maxConsecutiveFailedRuns] },
  { argument: 'poolSlots', least: 1, valuesOf: (dag) => dag.tasks.map((task) => task.poolSlots) },
  {
    argument: 'maxActiveTisPerDag',
    least: 1,
    valuesOf: (dag) =>
      dag.tasks.flatMap(({ maxActiveTisPerDag: limit }) => (limit === undefined ? [] : [limit])),
  },
  {
    argument: 'memoryLimitMb',
    least: 64,
    valuesOf: (dag) => dag.tasks.flatMap(({ memoryLimitMb: limit }) => (limit === undefined ? [] : [limit])),
  },
  {
    argument: 'priorityWeight',
    least: Number.MIN_SAFE_INTEGER,
    valuesOf: (dag) => dag.tasks.map((task) => task.priorityWeight),
  },
  { argument: 'retries', least: 0, valuesOf: (dag) => dag.tasks.map((task) => task.retryPolicy.retries) },
];

function argumentProblem(definition: AnyDag, file: string): ShopwaveError | undefined {
  const { dagId } = definition;
  for (const { argument, least, valuesOf } of bounds) {
    const wrong = valuesOf(definition).find((value) => !Number.isInteger(value) || value < least);
    if (wrong === undefined) continue;
    const message = `DAG ${dagId}: ${argument} is ${wrong}; it must be a whole number from ${least}`;
    return schedulerErrors.error('DAG_ARGUMENT_INVALID', { message, where: file });
  }
  const contradiction = contradictions.find(({ holds }) => holds(definition));
  if (contradiction === undefined) return undefined;
  const message = `DAG ${definition.dagId}: ${contradiction.message}`;
  return schedulerErrors.error('DAG_ARGUMENT_INVALID', { message, where: file });
}

const untimed: readonly (string | undefined)[] = [undefined, 'events', 'once', 'continuous'];

/** Arguments that make no sense together; one row a rule. */
const contradictions: readonly {
  readonly message: string;
  readonly holds: (dag: AnyDag) => boolean;
}[] = [
  {
    message: 'catchup without startDate; there is no first tick to catch up from',
    holds: ({ catchup, startDate, schedule }) =>
      catchup && startDate === undefined && !untimed.includes(timeScheduleOf(schedule)?.kind),
  },
  {
    message: 'it runs by itself, and a param has no default',
    holds: ({ schedule, params }) => schedule !== null && paramWithoutDefault(params) !== undefined,
  },
  {
    message: 'a teardown has a triggerRule; it always runs by all_done_setup_success',
    holds: ({ tasks }) =>
      tasks.some((each) => each.isTeardown && each.triggerRule !== 'all_done_setup_success'),
  },
  {
    message: "a task has a memoryLimitMb without executor: 'process'; nothing could enforce it",
    holds: ({ tasks }) =>
      tasks.some((each) => each.memoryLimitMb !== undefined && each.executor !== 'process'),
  },
  {
    message: 'a task is both setup and teardown',
    holds: ({ tasks }) => tasks.some((each) => each.isTeardown && each.isSetup),
  },
  {
    message: 'failFast with a task whose triggerRule is not all_success',
    holds: ({ tasks, failFast }) =>
      failFast && tasks.some((each) => !each.isTeardown && each.triggerRule !== 'all_success'),
  },
  {
    message: 'endDate is before startDate; it would never run',
    holds: ({ startDate, endDate }) =>
      startDate !== undefined && endDate !== undefined && endDate < startDate,
  },
  {
    message: 'a continuous schedule has one run at a time; leave maxActiveRuns out',
    holds: ({ schedule, maxActiveRuns }) =>
      timeScheduleOf(schedule)?.kind === 'continuous' && maxActiveRuns !== 1,
  },
];

function edgeProblem({ dagId, tasks, edges }: AnyDag, file: string): ShopwaveError | undefined {
  const known = new Set(tasks.map((task) => task.taskId));
  for (const { from, to } of edges) {
    if (known.has(from) && known.has(to)) continue;
    const [missing, named] = known.has(from) ? [to, from] : [from, to];
    const message = `DAG ${dagId}: task ${named} is connected to ${missing}, which the DAG does not have`;
    return schedulerErrors.error('TASK_DEPENDENCY_UNKNOWN', { message, where: file });
  }
  return undefined;
}
