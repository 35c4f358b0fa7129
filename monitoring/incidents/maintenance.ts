import { causeMatches } from './incident.ts';
import type { FiringAlert } from './incident.ts';

/** A time in which people expect alerts and want to hear nothing of them. */
export interface MaintenanceWindow {
  readonly fromMs: number;
  /** Not in the window any more. */
  readonly toMs: number;
  /** Causes or ids of alarms, each exact or ending in *; `*` is everything. */
  readonly silences: readonly string[];
}

/** Whether an alert is to be kept quiet at a time. What still fires when the window ends is told then. */
export function isSilenced(
  alert: Pick<FiringAlert, 'cause' | 'id'>,
  windows: readonly MaintenanceWindow[],
  nowMs: number,
): boolean {
  return windows.some(
    ({ fromMs, toMs, silences }) =>
      nowMs >= fromMs &&
      nowMs < toMs &&
      silences.some((pattern) => causeMatches(pattern, alert.cause) || causeMatches(pattern, alert.id)),
  );
}
