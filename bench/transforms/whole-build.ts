import type { BuildResult } from '../../transforms/engine/run/request.ts';

/** What a build did; throws where it held marts back: it left out work, and would count as fast. */
export function mustHoldNothing(result: BuildResult): BuildResult {
  const [first] = result.held;
  if (first !== undefined) throw new Error(`${first.model} is held back: ${first.reasons.join('; ')}`);
  return result;
}

/** The same of a build that has something new to publish. */
export function mustPublish(result: BuildResult): BuildResult {
  if (!mustHoldNothing(result).published) throw new Error('the build published nothing');
  return result;
}
