import type { EngineContext } from '../context.ts';
import { storedInputs } from '../project/laws.ts';
import type { RunState } from '../warehouse/state.ts';
import { computable, hasNewInput } from './compute-deltas.ts';
import { standingOf } from './reflects.ts';
import type { RunRequest } from './request.ts';

/**
 * What is computed again reads staging as it is now, so that its version must hold no mart that has not read it: marts
 * that have something new to read come along, and all that is made from what is computed, as in a live build. What is
 * held back stays apart, unless the input that holds it back is computed.
 */
export function withTakenAlong(context: EngineContext, request: RunRequest, state: RunState): RunRequest {
  const { select, takeAlong } = request;
  if (select === undefined || takeAlong === undefined) return request;
  const { project } = context;
  const taken = new Set(computable(project, select));
  for (const name of computable(project, undefined)) {
    if (taken.has(name) || takeAlong.except.has(name)) continue;
    const inputs = storedInputs(project, name).filter((input) => taken.has(input));
    const mayCome = !state.held.has(name) || inputs.some((input) => state.held.has(input));
    if (mayCome && (inputs.length > 0 || isBehindStaging(context, state, name))) taken.add(name);
  }
  return { ...request, select: taken };
}

/** Whether a published mart has not read what is staged, or what the marts before it have published. */
export function isBehindStaging(context: EngineContext, state: RunState, name: string): boolean {
  const standing = standingOf(state, name);
  if (standing === undefined) return false;
  return standing.stageStep !== state.stage.step || hasNewInput(context, state, name);
}
