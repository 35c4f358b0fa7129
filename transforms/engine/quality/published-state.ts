import type { EngineContext } from '../context.ts';
import { transformErrors } from '../errors.ts';
import { readRunState } from '../warehouse/read-state.ts';
import type { RunState } from '../warehouse/state.ts';

/** What is published now; TRANSFORM_NOTHING_PUBLISHED before the first version. */
export async function mustBePublished({ warehouse }: EngineContext): Promise<RunState> {
  const state = await readRunState(warehouse);
  if (state.last !== undefined) return state;
  throw transformErrors.error('TRANSFORM_NOTHING_PUBLISHED', { message: 'there are no marts to check' });
}
