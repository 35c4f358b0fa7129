import type { SessionState } from './session-state.ts';
import type { EngineState } from './state.ts';
import { dropVersions } from './transactions.ts';

/** Temporary tables go with their session. */
export async function dropWithinSession(engine: EngineState, { id }: SessionState): Promise<void> {
  const gone = engine.catalog.all(id).filter((relation) => relation.session === id);
  for (const relation of gone) engine.catalog.remove(relation);
  await dropVersions(
    engine,
    gone.flatMap((relation) => (relation.kind === 'table' ? [relation.version] : [])),
  );
}
