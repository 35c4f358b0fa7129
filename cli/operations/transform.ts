import { z } from 'zod';
import { cliErrors } from '../errors.ts';
import { projectFolder } from '../transform-files.ts';
import { defineOperation, rowsResult } from './operation.ts';

/** Stages what was loaded, then builds, audits and publishes. */
export const transformRun = defineOperation({
  name: 'transform.run',
  input: z.object({ select: z.array(z.string()).optional(), fullRefresh: z.boolean().default(false) }),
  run: async ({ select, fullRefresh }, { platform }) => {
    const transforms = await platform.transforms();
    const chosen = select === undefined ? undefined : await chosenModels(select);
    await transforms.stage();
    const result = await transforms.build({
      fullRefresh,
      ...(chosen === undefined ? {} : { select: chosen }),
    });
    const version = result.publication?.version ?? null;
    const rows = result.models.map(({ model, kind, removed, added }) => ({
      model,
      kind,
      removed,
      added,
      published: result.published ? version : null,
    }));
    return rowsResult(rows, { columns: ['model', 'kind', 'removed', 'added', 'published'] });
  },
});

/** Every check on the published marts. */
export const transformTest = defineOperation({
  name: 'transform.test',
  input: z.object({}),
  run: async (_, { platform }) => {
    const transforms = await platform.transforms();
    const results = await transforms.test();
    const failed = results.filter((result) => result.status === 'fail').length;
    const rows = results.map(({ model, name, status, failures }) => ({
      model,
      check: name,
      status,
      failures,
    }));
    const first = results.find((result) => result.status === 'fail');
    return rowsResult(rows, {
      failure:
        first === undefined
          ? undefined
          : cliErrors.error('CLI_CHECKS_FAILED', {
              message: `${failed} of ${results.length} checks failed`,
              where: `${first.model}, check ${first.name}`,
            }),
    });
  },
});

async function chosenModels(selectors: readonly string[]): Promise<ReadonlySet<string>> {
  const { loadProject } = await import('../../transforms/engine/project/load-project.ts');
  const { selectModels } = await import('../../transforms/engine/select/select.ts');
  return new Set(selectModels(await loadProject(projectFolder), { select: selectors }));
}
