import { nextNaiveMatch, parseCron } from '../cron-expression.ts';
import type { CronExpression } from '../cron-expression.ts';
import { fromNaive, toNaive } from '../time-zone.ts';

/** A sequence of instants, in milliseconds since 1970. */
export interface Ticks {
  /** The first one strictly after an instant; undefined when there is none. */
  readonly next: (afterMs: number) => number | undefined;
  /** The last one at or before an instant; undefined when there is none. */
  readonly latest: (atMs: number) => number | undefined;
}

/** Every so often, counted from an anchor. */
export function deltaTicks(everyMs: number, anchorMs: number): Ticks {
  const latest = (atMs: number): number => anchorMs + Math.floor((atMs - anchorMs) / everyMs) * everyMs;
  return { latest, next: (afterMs) => latest(afterMs) + everyMs };
}

/** The fire times of a cron expression in a zone. */
export function cronTicks(expression: string, timezone: string): Ticks {
  const parsed = parseCron(expression);
  const next = (afterMs: number): number => nextFireTime(parsed, timezone, afterMs);
  return { next, latest: (atMs) => latestBySteps(next, atMs) };
}

/** All ticks of several sequences; an instant in more than one counts once. */
export function unionTicks(all: readonly Ticks[]): Ticks {
  const given = (values: readonly (number | undefined)[]): readonly number[] =>
    values.filter((value) => value !== undefined);
  return {
    next: (afterMs) => {
      const found = given(all.map((ticks) => ticks.next(afterMs)));
      return found.length === 0 ? undefined : Math.min(...found);
    },
    latest: (atMs) => {
      const found = given(all.map((ticks) => ticks.latest(atMs)));
      return found.length === 0 ? undefined : Math.max(...found);
    },
  };
}

/** Instants that were listed, in any order. */
export function listedTicks(instants: readonly Date[]): Ticks {
  const sorted = instants.map((instant) => instant.getTime()).toSorted((a, b) => a - b);
  return {
    next: (afterMs) => sorted.find((each) => each > afterMs),
    latest: (atMs) => sorted.findLast((each) => each <= atMs),
  };
}

/**
 * With every hour allowed the naive difference is added to the instant, so that both passes through a repeated hour
 * fire; otherwise the wall-clock time is attached to the zone, see fromNaive.
 */
function nextFireTime(cron: CronExpression, timezone: string, afterMs: number): number {
  const naive = toNaive(afterMs, timezone);
  const match = nextNaiveMatch(cron, naive);
  // parseCron refuses expressions that never match.
  if (match === undefined) throw new RangeError('a cron expression without a match');
  if (cron.everyHour) return afterMs + (match - naive);
  return fromNaive(match, timezone);
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const lookbacks = [minuteMs, hourMs, 25 * hourMs, 32 * dayMs, 367 * dayMs, 41 * 366 * dayMs];

/**
 * Walks forward from ever earlier starts until a tick falls at or before the instant. Walking backwards would not
 * do: over a clock change the previous-tick function is not the inverse of the next-tick function.
 */
function latestBySteps(next: (afterMs: number) => number, atMs: number): number {
  for (const lookback of lookbacks) {
    let tick = next(atMs - lookback);
    if (tick > atMs) continue;
    for (let following = next(tick); following <= atMs; following = next(tick)) tick = following;
    return tick;
  }
  throw new RangeError('a cron expression without a match');
}
