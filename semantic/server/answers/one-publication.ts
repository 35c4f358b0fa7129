import type { ShopwaveError } from '../../../lib/errors.ts';
import { semanticErrors } from '../../errors.ts';
import type { ModelVisit } from '../query-watch.ts';
import type { Answer, Asked } from './answer.ts';

type Ask = (asked: Asked, visit: ModelVisit) => Promise<Answer>;

const mostTries = 5;

/**
 * Does work that asks several questions, again where a publication came between them: numbers that are shown side by side
 * are of one. Throws SEMANTIC_OVERTAKEN where that does not come about.
 */
export async function ofOnePublication<T>(
  ask: Ask,
  settled: () => Promise<void>,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const versions = new Set<number>();
    const done = await work(async (asked, visit) => {
      const answer = await ask(asked, visit);
      if (answer.of !== undefined) versions.add(answer.of.publication.version);
      return answer;
    });
    if (versions.size < 2) return done;
    if (tries === mostTries) throw overtaken();
    await settled();
  }
}

export function overtaken(): ShopwaveError {
  return semanticErrors.error('SEMANTIC_OVERTAKEN', {
    message: 'publications came faster than the parts of this answer',
  });
}
