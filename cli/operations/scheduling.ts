import { z } from 'zod';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import type { DagRun } from '../../scheduler/store/rows.ts';
import { dagRunStates } from '../../scheduler/core/states.ts';
import { cliErrors } from '../errors.ts';
import { importFailures } from './failure.ts';
import { instant } from './instant.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';
import type { Cell } from './operation.ts';

const conf = z.record(z.string(), z.unknown()).default({});

export const dagsList = defineOperation({
  name: 'dags.list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const scheduler = await platform.scheduler();
    const listed = (await scheduler.listDags()).map((dag) => ({
      dag: dag.dagId,
      schedule: dag.schedule,
      state: dag.paused ? 'paused' : 'active',
      'last run': dag.lastRun?.state ?? null,
      next: toCell(dag.nextRunAt),
      tasks: dag.taskIds,
      owner: dag.owner,
    }));
    // All ids of a DAG made from models are a line that no terminal holds: `tasks list` has them too.
    const rows = listed.map((row) => ({ ...row, tasks: row.tasks.length }));
    return rowsResult(rows, {
      json: listed,
      columns: ['dag', 'schedule', 'state', 'last run', 'next', 'tasks', 'owner'],
      notes: scheduler.listWarnings(),
      failure: importFailures(scheduler.listImportErrors()),
    });
  },
});

export const dagsTrigger = defineOperation({
  name: 'dags.trigger',
  input: z.object({ dag: z.string(), conf, run: z.string().optional(), logicalDate: instant.optional() }),
  run: async ({ dag, run: runId, ...asked }, { platform }) => {
    const scheduler = await platform.scheduler();
    return rowsResult([runRow(await scheduler.triggerDag(dag, { ...asked, runId }))]);
  },
});

export const runsList = defineOperation({
  name: 'runs.list',
  input: z.object({
    dag: z.string().optional(),
    state: z.enum(dagRunStates).optional(),
    from: instant.optional(),
    to: instant.optional(),
    backfill: z.boolean().optional(),
    limit: z.int().min(1),
  }),
  run: async ({ dag, ...filter }, { platform }) => {
    const scheduler = await platform.scheduler();
    if (dag !== undefined) await mustKnow(scheduler, dag);
    const runs = await scheduler.listRuns({ dagId: dag, ...filter });
    return rowsResult(runs.map(runRow), { columns: runColumns });
  },
});

/** The run that was named, or the latest one of the DAG. */
export async function runOf(
  scheduler: Scheduler,
  { dag, run }: { dag: string; run?: string | undefined },
): Promise<{ dagId: string; runId: string }> {
  if (run !== undefined) return { dagId: dag, runId: run };
  const [latest] = await scheduler.listRuns({ dagId: dag, limit: 1 });
  if (latest !== undefined) return { dagId: dag, runId: latest.runId };
  await mustKnow(scheduler, dag);
  throw cliErrors.error('CLI_NOT_FOUND', {
    message: `DAG ${dag} has not run yet`,
    remedy: `Start a run with \`shopwave dags trigger ${dag}\`.`,
  });
}

async function mustKnow(scheduler: Scheduler, dag: string): Promise<void> {
  const known = (await scheduler.listDags()).map((each) => each.dagId);
  if (known.includes(dag)) return;
  const remedy = `DAGs that are loaded: ${known.join(', ')}.`;
  throw cliErrors.error('CLI_NOT_FOUND', { message: `no DAG ${dag}`, remedy });
}

const runColumns = ['dag', 'run', 'type', 'state', 'started', 'ended', 'deadline', 'reason'] as const;

function runRow(run: DagRun): Record<(typeof runColumns)[number], Cell> {
  return {
    dag: run.dagId,
    run: run.runId,
    type: run.runType,
    state: run.state,
    started: toCell(run.startDate),
    ended: toCell(run.endDate),
    deadline: deadlineCell(run),
    reason: run.reason,
  };
}

function deadlineCell({ deadlineAt, deadlineOutcome }: DagRun): Cell {
  if (deadlineAt === null) return null;
  return deadlineOutcome === null ? toCell(deadlineAt) : `${deadlineAt.toISOString()} ${deadlineOutcome}`;
}
