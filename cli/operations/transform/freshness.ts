import { mkdir } from 'node:fs/promises';
import { writeArtifact } from '../../../transforms/engine/artifacts/files.ts';
import { buildSources } from '../../../transforms/engine/artifacts/sources.ts';
import { wasNeverLoaded } from '../../../transforms/engine/checks/freshness.ts';
import type { FreshnessResult } from '../../../transforms/engine/checks/freshness.ts';
import { cliErrors } from '../../errors.ts';
import { selectionSchema } from '../../transform/selection.ts';
import { defineOperation, rowsResult } from '../operation.ts';
import type { Cell } from '../operation.ts';
import { beginCommand } from './command.ts';

/** How old the sources' newest rows are, against the limits that they declare; leaves sources.json. */
export const transformFreshness = defineOperation({
  name: 'transform.freshness',
  input: selectionSchema,
  run: async (input, context) => {
    const { platform } = context;
    const { engine, project, selected, invocation, notes } = await beginCommand(input, context);
    const wanted = [...project.sources.values()].filter(({ uniqueId }) => selected.ids.has(uniqueId));
    const select = new Set(wanted.map(({ name }) => name));
    const results = await engine.freshness({ select });
    const elapsedTime = (platform.clock.now().getTime() - invocation.startedAt.getTime()) / 1000;
    await mkdir(platform.paths.target, { recursive: true });
    await writeArtifact(platform.paths.target, 'sources', buildSources({ invocation, results, elapsedTime }));
    const stale = results.filter(({ status }) => status === 'error' || status === 'runtime error');
    const [first] = stale;
    return rowsResult(results.map(toRow), {
      columns: ['source', 'status', 'newest', 'age_seconds', 'message'],
      notes: results.length === 0 ? [...notes, 'no source that is selected declares a limit'] : notes,
      failure:
        first === undefined
          ? undefined
          : cliErrors.error('CLI_SOURCES_STALE', {
              message: `${stale.length} of ${results.length} sources are stale; ${first.source}: ${first.message ?? first.status}`,
              where: first.source,
            }),
    });
  },
});

function toRow(result: FreshnessResult): Record<string, Cell> {
  const { source, status, message } = result;
  if (wasNeverLoaded(result))
    return { source, status, newest: 'never', age_seconds: null, message: message ?? null };
  if (status === 'runtime error') return { source, status, newest: null, age_seconds: null, message };
  const { maxLoadedAt, ageSeconds } = result;
  return {
    source,
    status,
    newest: maxLoadedAt.toISOString(),
    age_seconds: Math.round(ageSeconds),
    message: message ?? null,
  };
}
