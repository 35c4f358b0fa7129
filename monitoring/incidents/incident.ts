import type { Severity } from '../alarm.ts';
import { filledIn } from '../evaluator/instances.ts';
import type { AlarmInstance } from '../evaluator/instances.ts';

/** An alarm that people are to know of, as its incident sees it. */
export interface FiringAlert {
  /** `source-stale{source=stripe}` */
  readonly key: string;
  readonly id: string;
  readonly summary: string;
  readonly owner: string;
  readonly runbook: string;
  readonly severity: Severity;
  readonly cause: string;
  readonly explainedBy: readonly string[];
  readonly dedupeKey: string;
  readonly autoResolve: boolean;
}

/** One alert in an incident. */
export interface IncidentAlert {
  readonly alert: FiringAlert;
  readonly sinceMs: number;
  /** When it was over; undefined while it is not. */
  readonly clearedMs: number | undefined;
}

/** What belongs together because it comes from the same cause; people are told of it once. */
export interface Incident {
  readonly id: number;
  /** The cause as it is known now: a source that turns out to be away takes the place of the marts that went stale first. */
  readonly cause: string;
  readonly openedMs: number;
  /** All that were ever in it, by dedupe key. */
  readonly alerts: readonly IncidentAlert[];
  /** The severity that people were told; undefined while they were told nothing. */
  readonly told: Severity | undefined;
  /** Since when nothing of it fires any more. */
  readonly quietSinceMs: number | undefined;
}

/** The open incidents, by id; to be kept between two runs. */
export interface IncidentState {
  readonly nextId: number;
  readonly open: readonly Incident[];
}

export const noIncidents: IncidentState = { nextId: 1, open: [] };

/** Something to tell people of an incident. `merged` is told of one that went on in an older one. */
export interface Notice {
  readonly kind: 'opened' | 'escalated' | 'resolved' | 'merged';
  readonly atMs: number;
  readonly severity: Severity;
  readonly incident: Incident;
}

const ranks: Readonly<Record<Severity, number>> = { info: 0, ticket: 1, page: 2 };

/** Whether one severity is above another; anything is above undefined. */
export function isAbove(one: Severity, other: Severity | undefined): boolean {
  return other === undefined || ranks[one] > ranks[other];
}

/** The highest of some severities; undefined of none. */
export function worstOf(severities: readonly Severity[]): Severity | undefined {
  return severities.reduce<Severity | undefined>(
    (worst, each) => (isAbove(each, worst) ? each : worst),
    undefined,
  );
}

/** Whether a cause is the one that a pattern names, or begins as one that ends in * does. */
export function causeMatches(pattern: string, cause: string): boolean {
  return pattern.endsWith('*') ? cause.startsWith(pattern.slice(0, -1)) : pattern === cause;
}

/** An alarm instance as an alert; undefined where it is only a part of other alarms. */
export function alertOf(instance: AlarmInstance): FiringAlert | undefined {
  const { alarm, key } = instance;
  if (alarm.tell === undefined) return undefined;
  return {
    key,
    id: alarm.id,
    summary: alarm.summary,
    owner: alarm.owner,
    runbook: alarm.runbook,
    severity: alarm.tell.severity,
    cause: filledIn(alarm.tell.cause, instance),
    explainedBy: alarm.tell.explainedBy.map((each) => filledIn(each, instance)),
    dedupeKey: filledIn(alarm.tell.dedupeKey, instance),
    autoResolve: alarm.tell.autoResolve,
  };
}
