import { readArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { nodesToRetry } from '../../../transforms/engine/artifacts/retry.ts';
import { manifestOf } from '../../transform/docs.ts';
import { defineOperation, rowsResult } from '../operation.ts';
import { buildChosen } from './build.ts';
import { beginCommand, workSchema } from './command.ts';
import { testSelected } from './test.ts';

/** What the last run, build, seed or test left undone: nodes that failed, and those skipped because of them. */
export const transformRetry = defineOperation({
  name: 'transform.retry',
  input: workSchema.pick({ vars: true, target: true, threads: true }),
  run: async (asked, context) => {
    const previous = await readArtifact(context.platform.paths.target, 'runResults');
    const command = await beginCommand(asked, context);
    const { project, invocation, notes } = command;
    const { ids, gone } = nodesToRetry(previous, manifestOf(project, invocation));
    if (gone.length > 0) notes.push(`no longer in the project: ${gone.join(', ')}`);
    if (ids.length === 0)
      return rowsResult([], { notes: [...notes, 'the last command left nothing undone'] });
    const { which: before } = previous.args;
    const which = typeof before === 'string' ? before : 'run';
    const selected = {
      ids: new Set(ids),
      models: project.order.filter((name) => ids.includes(project.models.get(name)?.uniqueId ?? '')),
      isNarrowed: true,
      notes: [],
    };
    const again = { ...command, selected };
    if (which === 'test') return await testSelected(again, context, asked, asked.threads);
    const input = { ...asked, select: [...ids], fullRefresh: false, dryRun: false };
    return await buildChosen({ which, input, chosen: new Set(selected.models), nodes: [] }, again, context);
  },
});
