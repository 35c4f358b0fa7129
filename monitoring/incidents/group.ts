import { ActiveCauses, IncidentIndex } from './cause-index.ts';
import { isAbove, worstOf } from './incident.ts';
import type { FiringAlert, Incident } from './incident.ts';

/** Alerts by dedupe key, in its order; of two with the same key the more severe. */
export function deduped(firing: readonly FiringAlert[]): readonly FiringAlert[] {
  const byKey = new Map<string, FiringAlert>();
  for (const alert of [...firing].sort((a, b) => compare(a.key, b.key))) {
    const other = byKey.get(alert.dedupeKey);
    if (other === undefined || isAbove(alert.severity, other.severity)) byKey.set(alert.dedupeKey, alert);
  }
  return [...byKey.values()].sort((a, b) => compare(a.dedupeKey, b.dedupeKey));
}

/** Open incidents after new alerts have found their place, and those that went on in an older one. */
export interface Placed {
  readonly open: readonly Incident[];
  readonly merged: readonly Incident[];
  readonly nextId: number;
}

/**
 * Puts alerts that are in no open incident into one: into the one that has their cause already, the one of what explains
 * them, one that they explain, or a new one. The same alerts in any order end up the same.
 */
export function place(
  before: { readonly open: readonly Incident[]; readonly nextId: number },
  added: readonly FiringAlert[],
  active: readonly FiringAlert[],
  nowMs: number,
): Placed {
  const causes = new ActiveCauses(active);
  const rooted = added.map((alert) => ({ alert, root: causes.rootOf(alert) }));
  // Causes before what they explain, so that what they explain finds them.
  const sorted = [
    ...rooted.filter(({ alert, root }) => alert.cause === root),
    ...rooted.filter(({ alert, root }) => alert.cause !== root),
  ];
  const index = new IncidentIndex(before.open);
  const merged: Incident[] = [];
  let { nextId } = before;
  for (const { alert, root } of sorted) {
    const joined = { alert, sinceMs: nowMs, clearedMs: undefined };
    const home = index.withCause(alert.cause) ?? index.withCause(root);
    if (home !== undefined) {
      index.join(home, joined);
      continue;
    }
    const explained = index.explainedBy(alert.cause);
    // The one that people know of goes on, so that the cause they learn of is no second page.
    const kept = explained.find(({ told }) => told !== undefined) ?? explained[0];
    for (const each of explained) index.remove(each.id);
    index.add({
      ...(kept ?? { id: nextId, openedMs: nowMs, quietSinceMs: undefined }),
      cause: alert.cause,
      alerts: [...explained.flatMap(({ alerts }) => alerts), joined],
      told: worstOf(explained.flatMap(({ told }) => told ?? [])),
    });
    if (kept === undefined) nextId += 1;
    merged.push(...explained.filter((each) => each !== kept));
  }
  return { open: index.all(), merged, nextId };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
