import type { Suppressor } from '../alarm.ts';
import type { AlarmState } from './alarm-state.ts';

/** Why a composite alarm tells nobody, in CloudWatch's words. */
export type SuppressedBy = 'WaitPeriod' | 'Alarm' | 'ExtensionPeriod';

/** What is remembered of a composite alarm with a suppressor. */
export interface Suppression {
  /** The state that people were last told of. */
  readonly told: AlarmState;
  readonly by: SuppressedBy | undefined;
  /** The suppressor was in ALARM when last looked at. */
  readonly suppressorOn: boolean;
  /** When it last left ALARM. */
  readonly leftMs: number | undefined;
}

/** Before the first evaluation; an alarm that is OK from the start has nothing to tell. */
export const notSuppressed: Suppression = {
  told: 'OK',
  by: undefined,
  suppressorOn: false,
  leftMs: undefined,
};

/**
 * Whether a composite alarm may tell its state now. `sinceMs` is when it went into that state. What it could not tell it
 * tells once nothing holds it back, if it is still so by then.
 */
export function suppress(
  before: Suppression,
  { waitSeconds, extensionSeconds }: Pick<Suppressor, 'waitSeconds' | 'extensionSeconds'>,
  at: {
    readonly state: AlarmState;
    readonly sinceMs: number;
    readonly suppressor: AlarmState;
    readonly nowMs: number;
  },
): Suppression {
  const suppressorOn = at.suppressor === 'ALARM';
  const leftMs = before.suppressorOn && !suppressorOn ? at.nowMs : before.leftMs;
  const extended = leftMs !== undefined && at.nowMs - leftMs < extensionSeconds * 1000;
  const waiting = at.nowMs - at.sinceMs < waitSeconds * 1000;
  const seen = { suppressorOn, leftMs };
  if (at.state === before.told) return { ...seen, told: before.told, by: suppressorOn ? 'Alarm' : undefined };
  if (suppressorOn) return { ...seen, told: before.told, by: 'Alarm' };
  if (extended) return { ...seen, told: before.told, by: 'ExtensionPeriod' };
  if (waiting) return { ...seen, told: before.told, by: 'WaitPeriod' };
  return { ...seen, told: at.state, by: undefined };
}
