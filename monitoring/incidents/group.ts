import { causeMatches, isAbove, worstOf } from './incident.ts';
import type { FiringAlert, Incident, IncidentAlert } from './incident.ts';

/** Alerts by dedupe key, in its order; of two with the same key the more severe. */
export function deduped(firing: readonly FiringAlert[]): readonly FiringAlert[] {
  const byKey = new Map<string, FiringAlert>();
  for (const alert of [...firing].sort((a, b) => compare(a.key, b.key))) {
    const other = byKey.get(alert.dedupeKey);
    if (other === undefined || isAbove(alert.severity, other.severity)) byKey.set(alert.dedupeKey, alert);
  }
  return [...byKey.values()].sort((a, b) => compare(a.dedupeKey, b.dedupeKey));
}

/**
 * The cause behind an alert: its own, or the one that explains it among the causes of all that are active, or what
 * explains that one.
 */
export function rootCause(alert: FiringAlert, active: readonly FiringAlert[]): string {
  const seen = new Set([alert.cause]);
  let root = alert.cause;
  let explainedBy = alert.explainedBy;
  for (;;) {
    const next = active
      .map(({ cause }) => cause)
      .filter((cause) => !seen.has(cause) && explainedBy.some((pattern) => causeMatches(pattern, cause)))
      .sort(compare)[0];
    if (next === undefined) return root;
    seen.add(next);
    root = next;
    explainedBy = active.filter(({ cause }) => cause === next).flatMap((each) => each.explainedBy);
  }
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
  const rooted = added.map((alert) => ({ alert, root: rootCause(alert, active) }));
  // Causes before what they explain, so that what they explain finds them.
  const sorted = [
    ...rooted.filter(({ alert, root }) => alert.cause === root),
    ...rooted.filter(({ alert, root }) => alert.cause !== root),
  ];
  let { open, nextId } = before;
  const merged: Incident[] = [];
  for (const { alert, root } of sorted) {
    const home =
      open.find((each) => hasCause(each, alert.cause)) ?? open.find((each) => hasCause(each, root));
    const joined: IncidentAlert = { alert, sinceMs: nowMs, clearedMs: undefined };
    if (home !== undefined) {
      open = open.map((each) => (each === home ? { ...home, alerts: [...home.alerts, joined] } : each));
      continue;
    }
    const explained = open.filter((each) => isExplainedBy(each, alert.cause));
    // The one that people know of goes on, so that the cause they learn of is no second page.
    const kept = explained.find(({ told }) => told !== undefined) ?? explained[0];
    const incident: Incident = {
      ...(kept ?? { id: nextId, openedMs: nowMs, quietSinceMs: undefined }),
      cause: alert.cause,
      alerts: [...explained.flatMap(({ alerts }) => alerts), joined],
      told: worstOf(explained.flatMap(({ told }) => told ?? [])),
    };
    if (kept === undefined) nextId += 1;
    merged.push(...explained.filter((each) => each !== kept));
    open = [...open.filter((each) => !explained.includes(each)), incident].sort((a, b) => a.id - b.id);
  }
  return { open, merged, nextId };
}

function hasCause(incident: Incident, cause: string): boolean {
  return incident.cause === cause || incident.alerts.some(({ alert }) => alert.cause === cause);
}

/** Whether what an incident is called by is explained by a cause. */
function isExplainedBy(incident: Incident, cause: string): boolean {
  return incident.alerts.some(
    ({ alert }) =>
      alert.cause === incident.cause && alert.explainedBy.some((pattern) => causeMatches(pattern, cause)),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
