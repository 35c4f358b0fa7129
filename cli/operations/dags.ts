import path from 'node:path';
import { z } from 'zod';
import { importFailures } from './failure.ts';
import { defineOperation, rowsResult } from './operation.ts';

export const dagsPause = pausing('dags.pause', true);
export const dagsUnpause = pausing('dags.unpause', false);

function pausing(name: string, paused: boolean): ReturnType<typeof defineOperation> {
  return defineOperation({
    name,
    input: z.object({ dag: z.string() }),
    run: async ({ dag }, { platform }) => {
      const scheduler = await platform.scheduler();
      await (paused ? scheduler.pauseDag(dag) : scheduler.unpauseDag(dag));
      return rowsResult([{ dag, state: paused ? 'paused' : 'active' }]);
    },
  });
}

/** A gate for CI: exits 1 when there are any. */
export const dagsListImportErrors = defineOperation({
  name: 'dags.list-import-errors',
  input: z.object({}),
  run: async (_, { platform }) => {
    const errors = (await platform.scheduler()).listImportErrors();
    return rowsResult(
      errors.map(({ file, code, message, remedy, stillRuns }) => {
        return { file, code, message, remedy, 'still runs': stillRuns.join(', ') };
      }),
      {
        columns: ['file', 'code', 'message', 'remedy', 'still runs'],
        failure: importFailures(errors),
      },
    );
  },
});

export const dagsReport = defineOperation({
  name: 'dags.report',
  input: z.object({}),
  run: async (_, { platform }) => {
    const files = (await platform.scheduler()).listDagFiles();
    return rowsResult(
      files.map(({ file, loadMs, dagIds, tasks, isBroken }) => ({
        file: path.basename(file),
        ms: Math.round(loadMs),
        dags: dagIds.length,
        tasks,
        state: isBroken ? 'broken' : 'loaded',
        'dag ids': dagIds.join(', '),
      })),
      { columns: ['file', 'ms', 'dags', 'tasks', 'state', 'dag ids'] },
    );
  },
});
