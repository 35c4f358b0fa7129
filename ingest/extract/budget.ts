import type { Clock } from '../../lib/clock.ts';
import { extractErrors } from './errors.ts';

/** What an API allows: so many units a second, so many at once. A unit is a request, or a point of cost. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What an API said of its own bucket in an answer. */
export interface RateReport {
  readonly available?: number;
  readonly perSecond?: number;
  readonly burst?: number;
}

/** The share of an API's rate limit that all streams of a source live on together. */
export interface RateBudget {
  /** Resolves when the units may be spent, in the order of asking. */
  readonly take: (units: number, signal: AbortSignal) => Promise<void>;
  /** Corrects the bucket by what the API says; never above the configured rate. */
  readonly observe: (report: RateReport) => void;
  /** Nothing is spent for so long: the API said so. */
  readonly pause: (ms: number) => void;
}

/** Starts with a full bucket. */
export function createRateBudget(limit: RateLimit, clock: Clock): RateBudget {
  let { perSecond, burst } = limit;
  let available = burst;
  let filledAt = clock.monotonicMs();
  let pausedUntil = 0;
  let turn: Promise<void> = Promise.resolve();
  const refill = (): void => {
    const now = clock.monotonicMs();
    available = Math.min(burst, available + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
  };
  const waitMs = (units: number): number => {
    refill();
    // What costs more than the bucket ever holds is let through by a full one, and leaves a debt.
    const needed = Math.min(units, burst);
    const short = Math.max(0, needed - available);
    return Math.max(pausedUntil - clock.monotonicMs(), (short / perSecond) * 1000);
  };
  const takeInTurn = async (units: number, signal: AbortSignal): Promise<void> => {
    for (;;) {
      if (signal.aborted) throw extractErrors.error('EXTRACT_ABORTED', { message: 'stopped while waiting' });
      const wait = waitMs(units);
      if (wait <= 0) break;
      await clock.sleep(Math.ceil(wait), signal);
    }
    available -= units;
  };
  return {
    take: (units, signal) => {
      const mine = turn.then(() => takeInTurn(units, signal));
      turn = mine.catch(() => {});
      return mine;
    },
    observe: (report) => {
      refill();
      if (report.perSecond !== undefined && report.perSecond > 0)
        perSecond = Math.min(limit.perSecond, report.perSecond);
      if (report.burst !== undefined && report.burst > 0) burst = Math.min(limit.burst, report.burst);
      // Requests in flight are not in the report yet, so it can only lower what is thought to be left.
      if (report.available !== undefined) available = Math.min(available, report.available);
    },
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, clock.monotonicMs() + ms);
    },
  };
}
