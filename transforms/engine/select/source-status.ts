import type { Sources } from '../artifacts/sources.ts';

/** Sources whose newest row is newer now than at the earlier check, or that were not checked then. */
export function fresherSources(before: Sources, now: Sources): Set<string> {
  const loadedBefore = loadedAt(before);
  return new Set(
    [...loadedAt(now)].filter(([id, time]) => time > (loadedBefore.get(id) ?? -Infinity)).map(([id]) => id),
  );
}

/** Milliseconds since 1970 by unique id; a check that failed to run says nothing. */
function loadedAt({ results }: Sources): Map<string, number> {
  return new Map(
    results.flatMap(({ unique_id, max_loaded_at }) =>
      max_loaded_at === undefined ? [] : [[unique_id, Date.parse(max_loaded_at)] as const],
    ),
  );
}
