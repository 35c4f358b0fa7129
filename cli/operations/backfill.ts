import { z } from 'zod';
import { instant } from './instant.ts';
import { defineOperation, rowsResult, toCell } from './operation.ts';
import type { OperationResult } from './operation.ts';

const conf = z.record(z.string(), z.unknown()).default({});

/** Runs of a DAG for intervals of the past. */
export const backfillCreate = defineOperation({
  name: 'backfill.create',
  input: z.object({
    dag: z.string(),
    from: instant,
    to: instant,
    conf,
    runBackwards: z.boolean().default(false),
    reprocess: z.enum(['none', 'failed', 'completed']).default('none'),
    maxActiveRuns: z.int().min(1).max(1000).default(10),
    dryRun: z.boolean().default(false),
  }),
  run: async ({ dag, ...asked }, { platform }) => {
    const { id, steps } = await (await platform.scheduler()).createBackfill(dag, asked);
    const meant = steps.filter((step) => step.action !== 'leave').length;
    const told =
      id === undefined
        ? `${meant} of ${steps.length} intervals would run; this was a dry run`
        : `backfill ${id}: ${meant} of ${steps.length} intervals run; see \`shopwave backfill list\``;
    return rowsResult(
      steps.map(({ action, runId, info, why }) => ({
        'logical date': toCell(info.logicalDate),
        'covers from': toCell(info.dataInterval.start),
        to: toCell(info.dataInterval.end),
        action,
        run: runId,
        why,
      })),
      { columns: ['logical date', 'covers from', 'to', 'action', 'run', 'why'], notes: [told] },
    );
  },
});

export const backfillList = defineOperation({
  name: 'backfill.list',
  input: z.object({ dag: z.string().optional() }),
  run: async ({ dag }, { platform }) => {
    const backfills = await (await platform.scheduler()).listBackfills(dag);
    return rowsResult(
      backfills.map((each) => ({
        id: each.id,
        dag: each.dagId,
        from: toCell(each.from),
        to: toCell(each.to),
        state: each.state,
        queued: each.queued,
        running: each.running,
        success: each.success,
        failed: each.failed,
        left: each.left,
        'max active': each.maxActiveRuns,
        order: each.runBackwards ? 'desc' : 'asc',
        rerun: each.reprocess,
      })),
      { columns: ['id', 'dag', 'from', 'to', 'state', 'queued', 'running', 'success', 'failed', 'left'] },
    );
  },
});

const change = z.object({ id: z.int().min(1) });

export const backfillPause = defineOperation({
  name: 'backfill.pause',
  input: change,
  run: async ({ id }, { platform }) => {
    await (await platform.scheduler()).pauseBackfill(id);
    return changed(id, 'paused');
  },
});

export const backfillUnpause = defineOperation({
  name: 'backfill.unpause',
  input: change,
  run: async ({ id }, { platform }) => {
    await (await platform.scheduler()).unpauseBackfill(id);
    return changed(id, 'running');
  },
});

export const backfillCancel = defineOperation({
  name: 'backfill.cancel',
  input: change,
  run: async ({ id }, { platform }) => {
    await (await platform.scheduler()).cancelBackfill(id);
    return changed(id, 'cancelled');
  },
});

function changed(id: number, state: string): OperationResult {
  return rowsResult([{ id, state }]);
}
