import { z } from 'zod';
import { drawGraph } from '../../scheduler/core/draw-graph.ts';
import { isRunFinished } from '../../scheduler/core/states.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { TaskInstance, TaskKey } from '../../scheduler/store/rows.ts';
import { cliErrors } from '../errors.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';
import type { Cell } from './operation.ts';
import { instanceName } from './instance-name.ts';
import { runOf } from './scheduling.ts';
import { instant } from './instant.ts';

const runKey = { dag: z.string(), run: z.string().optional() };
/** Which instance of a mapped task is meant; -1 while it has but one. */
export const mapIndex = z.int().min(-1).optional();
export const taskKey = { ...runKey, task: z.string(), mapIndex };

export const tasksList = defineOperation({
  name: 'tasks.list',
  input: z.object({ dag: z.string(), tree: z.boolean().default(false) }),
  run: async ({ dag, tree }, { platform }) => {
    const { graph, tasks } = (await platform.scheduler()).showDag(dag);
    if (tree) return { kind: 'documents', documents: [{ name: dag, text: drawGraph(graph) }] };
    return rowsResult(
      graph.order.map((task) => ({
        task,
        upstream: (graph.upstream.get(task) ?? []).join(', '),
        'trigger rule': tasks.get(task)?.triggerRule ?? null,
        inlets: namesOf(tasks.get(task)?.inlets),
        outlets: namesOf(tasks.get(task)?.outlets),
        description: tasks.get(task)?.description ?? null,
      })),
    );
  },
});

const namesOf = (assets: readonly { readonly name: string }[] = []): string =>
  assets.map(({ name }) => name).join(', ');

export const tasksStatesForDagRun = defineOperation({
  name: 'tasks.states-for-dag-run',
  input: z.object(runKey),
  run: async (input, { platform }) => {
    const scheduler = await platform.scheduler();
    const tasks = await scheduler.listTaskInstances(await runOf(scheduler, input));
    return rowsResult(tasks.map(instanceRow), {
      columns: ['run', 'task', 'state', 'try', 'started', 'ended', 'reason'],
    });
  },
});

export const tasksState = defineOperation({
  name: 'tasks.state',
  input: z.object(taskKey),
  run: async ({ task, mapIndex: index, ...input }, { platform }) => {
    const scheduler = await platform.scheduler();
    const key = { ...(await runOf(scheduler, input)), taskId: task, mapIndex: index };
    const ofTask = (await scheduler.listTaskInstances(key)).filter((each) => each.taskId === task);
    const found = ofTask.filter((each) => each.mapIndex === (index ?? each.mapIndex));
    if (found.length > 0) return rowsResult(found.map(instanceRow));
    const isExpanded = ofTask.some(({ mapIndex: at }) => at >= 0);
    if (!isExpanded && (await isToCome(scheduler, key))) return rowsResult([rowToCome(key)]);
    throw cliErrors.error('CLI_NOT_FOUND', {
      message: `this run of ${input.dag} has no task ${instanceName(task, index)} yet`,
      remedy: `List the tasks of the run with \`shopwave tasks states-for-dag-run ${input.dag}\`.`,
    });
  },
});

/** Whether the run may yet get to it: a run that has only been created has no instances. */
async function isToCome(scheduler: Scheduler, { dagId, runId, taskId }: TaskKey): Promise<boolean> {
  if (!scheduler.showDag(dagId).tasks.has(taskId)) return false;
  return !isRunFinished((await scheduler.showRun({ dagId, runId })).state);
}

export const tasksWhy = defineOperation({
  name: 'tasks.why',
  input: z.object(taskKey),
  run: async ({ task, mapIndex: index, ...input }, { platform }) => {
    const scheduler = await platform.scheduler();
    const key = await runOf(scheduler, input);
    const why = await scheduler.explainTask({ ...key, taskId: task, mapIndex: index });
    return rowsResult([{ run: key.runId, task: instanceName(task, index), why }]);
  },
});

export const tasksFailedDeps = defineOperation({
  name: 'tasks.failed-deps',
  input: z.object(taskKey),
  run: async ({ task, mapIndex: index, ...input }, { platform }) => {
    const scheduler = await platform.scheduler();
    const key = await runOf(scheduler, input);
    const deps = await scheduler.failedDeps({ ...key, taskId: task, mapIndex: index });
    return rowsResult(
      deps.map(({ dependency, reason }) => ({ dependency, reason })),
      {
        columns: ['dependency', 'reason'],
        notes: deps.length === 0 ? ['every dependency is met'] : [],
      },
    );
  },
});

export const tasksRender = defineOperation({
  name: 'tasks.render',
  input: z.object({
    ...taskKey,
    try: z.int().min(1).optional(),
  }),
  run: async ({ task, mapIndex: index, try: tryNumber, ...input }, { platform }) => {
    const scheduler = await platform.scheduler();
    const at = instant.safeParse(input.run);
    const run = at.success ? { at: at.data } : await runOf(scheduler, input);
    const asked = { dagId: input.dag, taskId: task, run, mapIndex: index, tryNumber };
    const rendered = await scheduler.renderTask(asked);
    const fields = Object.entries(rendered.fields);
    const source = rendered.tryNumber === null ? 'as it would be now' : `as try ${rendered.tryNumber} had it`;
    return rowsResult(
      fields.map(([field, value]) => ({ field, value: typeof value === 'string' ? value : toCell(value) })),
      {
        columns: ['field', 'value'],
        preface: [`${input.dag}.${task}, run ${rendered.runId}, ${source}`],
        notes: fields.length === 0 ? ['this task has no templates'] : [],
      },
    );
  },
});

function rowToCome({ runId, taskId, mapIndex: index }: TaskKey): Record<string, Cell> {
  const name = instanceName(taskId, index);
  return { run: runId, task: name, state: null, try: 0, started: null, ended: null, reason: null };
}

function instanceRow(task: TaskInstance): Record<string, Cell> {
  return {
    run: task.runId,
    task: instanceName(task.taskId, task.mapIndex),
    state: task.state,
    try: task.tryNumber,
    started: toCell(task.startDate),
    ended: toCell(task.endDate),
    reason: task.error === null ? task.reason : `${task.error.code}: ${task.error.message}`,
  };
}
