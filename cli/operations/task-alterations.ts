import { z } from 'zod';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { RunScope } from '../../scheduler/store/alter.ts';
import { alterationResult } from './alteration-rows.ts';
import { instant } from './instant.ts';
import { defineOperation } from './operation.ts';
import { runOf } from './scheduling.ts';
import { mapIndex } from './tasks.ts';

const selection = {
  dag: z.string(),
  run: z.string().optional(),
  tasks: z.array(z.string()).optional(),
  /** Tasks whose whole id or a part of it matches, as with Airflow. */
  taskRegex: z.string().optional(),
  mapIndex,
  upstream: z.boolean().default(false),
  downstream: z.boolean().default(false),
  past: z.boolean().default(false),
  future: z.boolean().default(false),
  from: instant.optional(),
  to: instant.optional(),
  dryRun: z.boolean().default(false),
};

type Selected = z.infer<z.ZodObject<typeof selection>>;

export const tasksClear = defineOperation({
  name: 'tasks.clear',
  input: z.object({
    ...selection,
    onlyFailed: z.boolean().default(false),
    onlyRunning: z.boolean().default(false),
  }),
  run: async (input, { platform }) => {
    const scheduler = await platform.scheduler();
    const scope = await scopeOf(scheduler, input);
    const taskIds = taskIdsOf(scheduler, input);
    return alterationResult(await scheduler.clearTasks({ ...input, ...scope, taskIds }), input.dryRun);
  },
});

export const tasksMark = defineOperation({
  name: 'tasks.mark',
  input: z.object({ ...selection, state: z.enum(['success', 'failed']) }),
  run: async (input, { platform }) => {
    const scheduler = await platform.scheduler();
    const scope = await scopeOf(scheduler, input);
    const taskIds = taskIdsOf(scheduler, input);
    return alterationResult(await scheduler.markTasks({ ...input, ...scope, taskIds }), input.dryRun);
  },
});

/** The run that was named, else those of a stretch of time, else the latest. */
async function scopeOf(scheduler: Scheduler, input: Selected): Promise<RunScope> {
  const { dag: dagId, from, to, past, future } = input;
  if (input.run === undefined && (from !== undefined || to !== undefined)) return { dagId, from, to };
  return { ...(await runOf(scheduler, input)), past, future };
}

function taskIdsOf(scheduler: Scheduler, { dag, tasks, taskRegex }: Selected): readonly string[] | undefined {
  if (taskRegex === undefined) return tasks;
  const pattern = new RegExp(taskRegex);
  const matching = scheduler.showDag(dag).graph.order.filter((taskId) => pattern.test(taskId));
  return [...(tasks ?? []), ...matching];
}
