import { z } from 'zod';
import type { Workbench } from '../../semantic/server/workbench.ts';
import type { Platform } from '../wire.ts';

/** A metric model as it travels: whoever sends it has read its files, be it from a folder or from version control. */
export const modelTextsSchema = z.object({
  /** What places in it are told relative to. */
  folder: z.string(),
  files: z.array(z.object({ fileName: z.string(), content: z.string() })).min(1),
});

/** What a model that is tried out answers over the marts as they are, beside whatever is served. */
export async function onWorkbench<T>(platform: Platform, work: (bench: Workbench) => Promise<T>): Promise<T> {
  const { preload } = await import('../../semantic/server/semantic.ts');
  const { createWorkbench } = await import('../../semantic/server/workbench.ts');
  const [openReader, transforms] = await Promise.all([platform.metricReader(), platform.transforms()]);
  await preload();
  let publication = 0;
  const bench = createWorkbench({ openReader, logger: platform.logger, publication: () => publication });
  try {
    for (let attempt = 1; ; attempt += 1) {
      publication = (await transforms.publication())?.version ?? 0;
      const answer = await work(bench);
      // Numbers of two publications differ by more than the models do.
      const after = (await transforms.publication())?.version ?? 0;
      if (after === publication || attempt === 3) return answer;
    }
  } finally {
    await bench.close();
  }
}
