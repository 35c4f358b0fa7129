/** When the virtual warehouse is to be woken and put to sleep; decisions alone, times by the monotonic clock. */
export interface Duty {
  /** Since when it is awake as far as this process knows; undefined after a rest, when it has to be woken. */
  readonly awakeSinceMs: number | undefined;
  /** Statements under way. */
  readonly running: number;
  /** When the last one ended. */
  readonly endedAtMs: number;
}

/** Each resume is billed for at least this long. */
const billedMs = 60_000;

export const atRest: Duty = { awakeSinceMs: undefined, running: 0, endedAtMs: 0 };

export function began(duty: Duty): Duty {
  return { ...duty, running: duty.running + 1 };
}

export function ended(duty: Duty, nowMs: number): Duty {
  return { ...duty, running: duty.running - 1, endedAtMs: nowMs };
}

export function woken(duty: Duty, nowMs: number): Duty {
  return { ...duty, awakeSinceMs: nowMs };
}

export function asleep(duty: Duty): Duty {
  return { ...duty, awakeSinceMs: undefined };
}

/** When it is to be suspended should nothing come; undefined when that is out of the question. */
export function sleepsAtMs({ awakeSinceMs, running, endedAtMs }: Duty, idleMs: number): number | undefined {
  if (awakeSinceMs === undefined || running > 0) return undefined;
  // The seconds of the first minute are paid for: who sleeps earlier pays them again for the next resume.
  return Math.max(Math.max(endedAtMs, awakeSinceMs) + idleMs, awakeSinceMs + billedMs);
}
