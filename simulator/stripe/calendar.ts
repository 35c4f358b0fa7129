/** How long things take at Stripe, in seconds. */
const day = 86_400;

export const delays = {
  /** From a movement's day to the day its money is available. */
  availableDays: 2,
  /** Into that day, when it is paid out. */
  payout: 2 * 3600,
  payoutReconciled: 1 * 3600,
  payoutArrives: day,
  refundReference: 3 * day,
  refundFails: 5 * day,
  disputeEvidence: 5 * day,
  disputeDue: 14 * day,
  disputeCloses: 35 * day,
  eventsKept: 30 * day,
} as const;

/** The UTC day of a moment, in days since 1970. */
export function dayOf(micros: number): number {
  return Math.floor(micros / (day * 1e6));
}

/** When a day begins, in microseconds. */
export function dayStart(dayNumber: number): number {
  return dayNumber * day * 1e6;
}

/** When money that moved at a moment is available: at the start of a day, so that a day is paid out as a whole. */
export function availableAt(micros: number): number {
  return dayStart(dayOf(micros) + delays.availableDays);
}

/** Later by so many seconds, in microseconds. */
export function after(micros: number, seconds: number): number {
  return micros + seconds * 1e6;
}
