import { z } from 'zod';
import type { Workbench } from '../../semantic/server/workbench.ts';
import type { Platform } from '../wire.ts';
import type { OperationResult } from './operation.ts';

/** A metric model as it travels: whoever sends it has read its files, be it from a folder or from version control. */
export const modelTextsSchema = z.object({
  /** What places in it are told relative to. */
  folder: z.string(),
  files: z.array(z.object({ fileName: z.string(), content: z.string() })).min(1),
});

/** Publications come faster than that only where a tick takes less time than a model. */
const mostAttempts = 3;

/**
 * What models that are tried out answer over the marts as they are, beside whatever is served. A publication may come in
 * between: then all is asked again, so that the numbers belong together; where that does not help, it is said.
 */
export async function onWorkbench(
  platform: Platform,
  work: (bench: Workbench) => Promise<OperationResult>,
): Promise<OperationResult> {
  const { preload } = await import('../../semantic/server/semantic.ts');
  const { createWorkbench } = await import('../../semantic/server/workbench.ts');
  const [openReader, transforms] = await Promise.all([platform.metricReader(), platform.transforms()]);
  await preload();
  for (let attempt = 1; ; attempt += 1) {
    const publication = await transforms.publication();
    const bench = createWorkbench({ openReader, logger: platform.logger, publication });
    try {
      const answer = await work(bench);
      // Numbers of two publications differ by more than the models do.
      const after = await transforms.publication();
      if (after?.version === publication?.version) return answer;
      if (attempt === mostAttempts) return mixed(answer);
    } finally {
      await bench.close();
    }
  }
}

function mixed(answer: OperationResult): OperationResult {
  if (answer.kind !== 'rows') return answer;
  const note = 'the marts were published anew meanwhile: numbers may be of two publications';
  return { ...answer, notes: [...(answer.notes ?? []), note] };
}
