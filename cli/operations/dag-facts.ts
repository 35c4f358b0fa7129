import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { formatDuration } from '../../lib/duration.ts';
import type { DagCallback } from '../../scheduler/authoring/dag-callbacks.ts';
import type { DeadlineRule } from '../../scheduler/core/deadline.ts';
import { drawGraph } from '../../scheduler/core/draw-graph.ts';
import { drawSvg } from '../../scheduler/core/draw-svg.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';

export const dagsNextExecution = defineOperation({
  name: 'dags.next-execution',
  input: z.object({ dag: z.string(), count: z.int().min(1).max(1000).default(1) }),
  run: async ({ dag, count }, { platform }) => {
    const runs = await (await platform.scheduler()).nextRuns(dag, count);
    return rowsResult(
      runs.map(({ runAfter, logicalDate, dataInterval }) => ({
        'run after': toCell(runAfter),
        'logical date': toCell(logicalDate),
        'covers from': toCell(dataInterval.start),
        to: toCell(dataInterval.end),
      })),
      {
        columns: ['run after', 'logical date', 'covers from', 'to'],
        notes: runs.length === 0 ? [`no run of ${dag} is due by time`] : [],
      },
    );
  },
});

export const dagsDetails = defineOperation({
  name: 'dags.details',
  input: z.object({ dag: z.string() }),
  run: async ({ dag }, { platform }) => {
    const scheduler = await platform.scheduler();
    const { definition, file, graph } = scheduler.showDag(dag);
    const summary = (await scheduler.listDags()).find((each) => each.dagId === dag);
    const { tasks, edges: _edges, kind: _kind, schedule: _schedule, deadline, ...args } = definition;
    const facts: Readonly<Record<string, unknown>> = {
      ...args,
      schedule: summary?.schedule,
      onSuccess: namesOf(args.onSuccess),
      onFailure: namesOf(args.onFailure),
      deadline: deadline === undefined ? null : describeDeadline(deadline),
      params: args.params === undefined ? null : describeParams(args.params),
      tags: args.tags.join(', '),
      file,
      paused: summary?.paused,
      lastRun: summary?.lastRun?.state,
      nextRunAt: summary?.nextRunAt,
      tasks: tasks.length,
      leaves: graph.leaves.join(', '),
    };
    return rowsResult(
      Object.entries(facts).map(([name, value]) => ({ name, value: toCell(value) })),
      { columns: ['name', 'value'] },
    );
  },
});

/** As JSON Schema tells it: names, types and defaults of what a trigger may give. */
function describeParams(params: z.ZodObject): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' });
  return { properties: schema.properties ?? {}, required: schema.required ?? [] };
}

/** Of what has no name that it is there. */
function namesOf(callbacks: readonly DagCallback[]): string {
  return callbacks.map(({ name }) => (name === '' ? '(function)' : name)).join(', ');
}

function describeDeadline({ reference, intervalMs }: DeadlineRule): string {
  const from = reference instanceof Date ? reference.toISOString() : reference;
  return `${formatDuration(intervalMs)} after ${from}`;
}

export const dagsShow = defineOperation({
  name: 'dags.show',
  input: z.object({ dag: z.string(), save: z.string().optional() }),
  run: async ({ dag, save }, { platform }) => {
    const { definition, graph, tasks } = (await platform.scheduler()).showDag(dag);
    const label = (taskId: string): string => {
      const rule = tasks.get(taskId)?.triggerRule ?? 'all_success';
      return rule === 'all_success' ? taskId : `${taskId} [${rule}]`;
    };
    if (save !== undefined) {
      await writeFile(save, drawSvg(dag, graph, label, definition.edges));
      return { kind: 'documents', documents: [{ name: dag, text: `The graph of ${dag} is in ${save}.` }] };
    }
    const text = drawGraph(graph, label, definition.edges);
    return { kind: 'documents', documents: [{ name: dag, text }] };
  },
});
