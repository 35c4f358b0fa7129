import { schedulerErrors } from '../errors.ts';
import { branchingBuilder } from './branching.ts';
import type { BranchingBuilder } from './branching.ts';
import type { DagDefinition, MapArgument, MapGroup, TaskEdge, TaskWork } from './definition.ts';
import { createNode } from './edges.ts';
import { groupLeaves, groupRoots } from './group-ends.ts';
import type { Member } from './group-ends.ts';
import { gathered, groupValues, refuseInGroup, refuseNested } from './mapped-group.ts';
import { kwargsArgument, mapArguments, mappedWork, refuseUnexpanded, sourcesOf } from './mapped-task.ts';
import { functionWork, resolveTask, sensorWork } from './resolve-task.ts';
import { mustKnowArguments, mustKnowDefaults } from './task-arguments.ts';
import type {
  FunctionTask,
  Gathered,
  GroupValues,
  MappedTask,
  MappedTaskHandle,
  PartialGroup,
  PartialTask,
  SensorTask,
  TaskArgs,
  TaskGroupArgs,
  TaskGroupHandle,
  TaskHandle,
  TaskNode,
} from './task.ts';
import type { NoFields, TemplateFields } from './template-fields.ts';

/** Adds tasks to a DAG. */
export interface TaskBuilder<Services> extends BranchingBuilder<Services> {
  readonly task: <Output, Fields extends TemplateFields = NoFields>(
    taskId: string,
    task: FunctionTask<Services, Output, Fields>,
  ) => TaskHandle<Output>;
  /** A task with an instance for every value of a list; `expand` says which lists. */
  readonly partial: <Args extends object, Output, Fields extends TemplateFields = NoFields>(
    taskId: string,
    task: MappedTask<Services, Args, Output, Fields>,
  ) => PartialTask<Args, Output>;
  readonly sensor: <Output = undefined, Fields extends TemplateFields = NoFields>(
    taskId: string,
    sensor: SensorTask<Services, Output, Fields>,
  ) => TaskHandle<Output>;
  /** Tasks that belong together; what the function returns is there as `tasks`. */
  readonly taskGroup: <Returned>(
    groupId: string,
    declare: (t: TaskBuilder<Services>) => Returned,
    args?: TaskGroupArgs,
  ) => TaskGroupHandle<Returned>;
  /** A group that runs as a whole for every value of a list; `expand` says which lists. */
  readonly partialGroup: <Args extends object, Returned>(
    groupId: string,
    declare: (t: TaskBuilder<Services>, values: GroupValues<Args>) => Returned,
    args?: TaskGroupArgs,
  ) => PartialGroup<Args, Returned>;
}

/** What was declared so far, of the whole DAG. */
interface Collected<Services> {
  readonly added: {
    readonly taskId: string;
    readonly task: TaskArgs;
    readonly work: TaskWork<Services>;
    readonly mapGroup: MapGroup | undefined;
  }[];
  readonly edges: TaskEdge[];
  readonly unexpanded: Set<string>;
}

/** The DAG itself or a group of it: what ids begin with, and the defaults there. */
interface Scope {
  readonly prefix: string;
  readonly defaultArgs: TaskArgs;
  readonly mapGroup?: MapGroup | undefined;
}

/** Lets a DAG declare its tasks, and resolves what it declared. */
export function collectTasks<Services>(input: {
  readonly dagId: string;
  readonly defaultArgs?: TaskArgs;
  readonly tasks: (t: TaskBuilder<Services>) => void;
}): Pick<DagDefinition<Services>, 'tasks' | 'edges'> {
  const collected: Collected<Services> = { added: [], edges: [], unexpanded: new Set() };
  const { added, edges, unexpanded } = collected;
  input.tasks(createBuilder(collected, { prefix: '', defaultArgs: input.defaultArgs ?? {} }));
  refuseUnexpanded(input.dagId, unexpanded);
  const mappings = added.flatMap(({ work, mapGroup }) => (work.kind === 'mapped' ? work : (mapGroup ?? [])));
  const sources = new Set(mappings.flatMap(sourcesOf));
  const resolved = added.map(({ taskId, task, work, mapGroup }) => {
    const dependsOn = edges.filter((edge) => edge.to === taskId).map((edge) => edge.from);
    const isMapSource = sources.has(taskId);
    return resolveTask({ taskId, dependsOn: [...new Set(dependsOn)], task, isMapSource, mapGroup, work });
  });
  return { tasks: resolved, edges };
}

function createBuilder<Services>(collected: Collected<Services>, scope: Scope): TaskBuilder<Services> {
  const { added, edges, unexpanded } = collected;
  const register = (id: string, task: TaskArgs, work: TaskWork<Services>): string => {
    const taskId = `${scope.prefix}${id}`;
    const { mapGroup } = scope;
    refuseInGroup(mapGroup, taskId, work.kind);
    added.push({ taskId, task: { ...scope.defaultArgs, ...task }, work, mapGroup });
    return taskId;
  };
  const add = <Output>(id: string, task: TaskArgs, work: TaskWork<Services>): TaskHandle<Output> =>
    createHandle<TaskHandle<Output>>({ taskId: register(id, task, work), isMapped: false }, edges);
  return {
    task: (taskId, task) => {
      mustKnowArguments('task', taskId, task);
      return add(taskId, task, functionWork(task));
    },
    sensor: (taskId, sensor) => {
      mustKnowArguments('sensor', taskId, sensor);
      return add(taskId, sensor, sensorWork(sensor));
    },
    ...branchingBuilder<Services>(add),
    partial: <Args extends object, Output, Fields extends TemplateFields = NoFields>(
      id: string,
      task: MappedTask<Services, Args, Output, Fields>,
    ) => {
      mustKnowArguments('partial', id, task);
      unexpanded.add(id);
      const map = (over: readonly MapArgument[], isOverKwargs: boolean): MappedTaskHandle<Output> => {
        unexpanded.delete(id);
        const taskId = register(id, task, mappedWork(task, { over, isOverKwargs }));
        for (const each of over) if (each.kind === 'xcom') edges.push({ from: each.from, to: taskId });
        return createHandle<MappedTaskHandle<Output>>({ taskId, isMapped: true }, edges);
      };
      return {
        expand: (over) => map(mapArguments(id, over), false),
        expandKwargs: (list) => map([kwargsArgument(id, list)], true),
      };
    },
    taskGroup: (groupId, declare, args = {}) =>
      declareGroup(collected, { groupId, scope: innerScope(scope, groupId, args), declare }),
    partialGroup: <Args extends object, Returned>(
      groupId: string,
      declare: (t: TaskBuilder<Services>, values: GroupValues<Args>) => Returned,
      args: TaskGroupArgs = {},
    ) => {
      refuseNested(scope.mapGroup, groupId);
      unexpanded.add(groupId);
      const map = (
        over: readonly MapArgument[],
        isOverKwargs: boolean,
      ): TaskGroupHandle<Gathered<Returned>> => {
        unexpanded.delete(groupId);
        const inner = { ...innerScope(scope, groupId, args), mapGroup: { groupId, over, isOverKwargs } };
        const group = declareGroup(collected, {
          groupId,
          scope: inner,
          declare: (t) => gathered(declare(t, groupValues<Args>(groupId))),
        });
        for (const from of sourcesOf(inner.mapGroup)) {
          edges.push(...group.roots().map((to) => ({ from, to })));
        }
        return group;
      };
      return {
        expand: (over) => map(mapArguments(groupId, over), false),
        expandKwargs: (list) => map([kwargsArgument(groupId, list)], true),
      };
    },
  };
}

function innerScope(scope: Scope, groupId: string, args: TaskGroupArgs): Scope {
  mustKnowDefaults(`group ${groupId}`, args.defaultArgs ?? {});
  return {
    ...scope,
    prefix: args.prefixGroupId === false ? scope.prefix : `${scope.prefix}${groupId}.`,
    defaultArgs: { ...scope.defaultArgs, ...args.defaultArgs },
  };
}

function declareGroup<Services, Returned>(
  collected: Collected<Services>,
  {
    groupId,
    scope,
    declare,
  }: {
    readonly groupId: string;
    readonly scope: Scope;
    readonly declare: (t: TaskBuilder<Services>) => Returned;
  },
): TaskGroupHandle<Returned> {
  const { added, edges } = collected;
  const begin = added.length;
  const tasks = declare(createBuilder(collected, scope));
  const members = added.slice(begin).map(({ taskId, task }) => ({ taskId, ...task }));
  if (members.length > 0) return createGroup({ groupId, members, tasks }, edges);
  throw schedulerErrors.error('DAG_ARGUMENT_INVALID', { message: `task group ${groupId} has no task` });
}

function createGroup<Returned>(
  input: {
    readonly groupId: string;
    readonly members: readonly Member[];
    readonly tasks: Returned;
  },
  edges: TaskEdge[],
): TaskGroupHandle<Returned> {
  const { groupId, members, tasks } = input;
  const group: TaskGroupHandle<Returned> = {
    groupId,
    tasks,
    roots: () => groupRoots(members, edges),
    leaves: () => groupLeaves(members, edges),
    ...createNode<TaskGroupHandle<Returned>>(() => group, edges),
  };
  return group;
}

function createHandle<Handle extends TaskNode<Handle> & { readonly taskId: string }>(
  task: { readonly taskId: string; readonly isMapped: boolean },
  edges: TaskEdge[],
): Handle {
  // What differs between the handles is known to the compiler alone.
  const handle: Handle = { ...task, ...createNode(() => handle, edges) } as unknown as Handle;
  return handle;
}
