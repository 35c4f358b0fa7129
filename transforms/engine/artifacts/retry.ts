import type { Manifest } from './manifest.ts';
import type { RunResults } from './run-results.ts';

const again: ReadonlySet<string> = new Set(['error', 'fail', 'skipped', 'runtime error', 'partial success']);

/** What is to be run again, and what cannot be. */
export interface RetryPlan {
  /** Unique ids to run again, each after what it reads. */
  readonly ids: readonly string[];
  /** Ids that did not end well and that the project no longer has. */
  readonly gone: readonly string[];
}

/** What a run left undone: every node that failed, and every one that was skipped because of it. */
export function nodesToRetry(previous: RunResults, manifest: Manifest): RetryPlan {
  const undone = new Set(
    previous.results.filter(({ status }) => again.has(status)).map((each) => each.unique_id),
  );
  const known = { ...manifest.nodes, ...manifest.unit_tests };
  const ids: string[] = [];
  const done = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    done.add(id);
    for (const parent of known[id]?.depends_on?.nodes ?? []) visit(parent);
    if (undone.has(id) && known[id] !== undefined) ids.push(id);
  };
  for (const id of undone) visit(id);
  return { ids, gone: [...undone].filter((id) => known[id] === undefined) };
}
