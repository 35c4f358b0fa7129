import { deduped, place } from './group.ts';
import { isAbove, worstOf } from './incident.ts';
import type { FiringAlert, Incident, IncidentAlert, IncidentState, Notice } from './incident.ts';
import { isSilenced } from './maintenance.ts';
import type { MaintenanceWindow } from './maintenance.ts';

/** How long all of an incident must be over before it is: what flaps is one incident. */
const quietMs = 300_000;

export interface Observation {
  readonly nowMs: number;
  /** All alerts that fire now; what is not among them does not fire. */
  readonly firing: readonly FiringAlert[];
  readonly windows: readonly MaintenanceWindow[];
  /** Ids of incidents that somebody has declared over. */
  readonly closed: readonly number[];
}

/**
 * Brings the incidents in line with what fires now; pure. It is given all that fires, not what has changed, so that an
 * observation that was missed costs nothing and one that comes twice tells nothing.
 */
export function reconcile(
  before: IncidentState,
  { nowMs, firing, windows, closed }: Observation,
): { readonly state: IncidentState; readonly notices: readonly Notice[] } {
  const alerts = deduped(firing);
  const byKey = new Map(alerts.map((alert) => [alert.dedupeKey, alert]));
  const updated = before.open.map((incident) => ({
    ...incident,
    alerts: incident.alerts.map((each) => followed(each, byKey, closed.includes(incident.id), nowMs)),
  }));
  const known = new Set(updated.flatMap((each) => each.alerts.map(({ alert }) => alert.dedupeKey)));
  const active = updated.flatMap(activeOf);
  const added = alerts.filter(({ dedupeKey }) => !known.has(dedupeKey));
  const placed = place({ open: updated, nextId: before.nextId }, added, [...active, ...added], nowMs);

  const notices: Notice[] = placed.merged.flatMap((incident) =>
    incident.told === undefined ? [] : [{ kind: 'merged', atMs: nowMs, severity: incident.told, incident }],
  );
  const open: Incident[] = [];
  for (const placedIncident of placed.open) {
    const { incident, notice, over } = settled(placedIncident, {
      nowMs,
      windows,
      closed: closed.includes(placedIncident.id),
    });
    if (notice !== undefined) notices.push(notice);
    if (!over) open.push(incident);
  }
  return { state: { nextId: placed.nextId, open }, notices };
}

function followed(
  each: IncidentAlert,
  firing: ReadonlyMap<string, FiringAlert>,
  isClosed: boolean,
  nowMs: number,
): IncidentAlert {
  const now = firing.get(each.alert.dedupeKey);
  if (now !== undefined) return { ...each, alert: now, clearedMs: undefined };
  const isOver = each.alert.autoResolve || isClosed;
  return { ...each, clearedMs: each.clearedMs ?? (isOver ? nowMs : undefined) };
}

function activeOf({ alerts }: Incident): readonly FiringAlert[] {
  return alerts.filter(({ clearedMs }) => clearedMs === undefined).map(({ alert }) => alert);
}

/** An incident after what is active in it is known: told, told of more, quiet, or over. */
function settled(
  incident: Incident,
  at: { readonly nowMs: number; readonly windows: readonly MaintenanceWindow[]; readonly closed: boolean },
): { readonly incident: Incident; readonly notice: Notice | undefined; readonly over: boolean } {
  const { nowMs, windows } = at;
  const active = activeOf(incident);
  if (active.length === 0) {
    const quiet = { ...incident, quietSinceMs: incident.quietSinceMs ?? nowMs };
    const over = at.closed || nowMs - quiet.quietSinceMs >= quietMs;
    const notice: Notice | undefined =
      over && incident.told !== undefined
        ? { kind: 'resolved', atMs: nowMs, severity: incident.told, incident: quiet }
        : undefined;
    return { incident: quiet, notice, over };
  }
  const severity = worstOf(
    active.filter((alert) => !isSilenced(alert, windows, nowMs)).map((alert) => alert.severity),
  );
  const isNews = severity !== undefined && isAbove(severity, incident.told);
  const next: Incident = { ...incident, quietSinceMs: undefined, told: isNews ? severity : incident.told };
  const notice: Notice | undefined = isNews
    ? { kind: incident.told === undefined ? 'opened' : 'escalated', atMs: nowMs, severity, incident: next }
    : undefined;
  return { incident: next, notice, over: false };
}
