const dayMs = 86_400_000;

// Share of a usual day that each month, weekday (Sunday first) and hour of the day (UTC) sees.
const monthWeights = [0.85, 0.8, 0.9, 0.92, 1, 0.95, 0.9, 0.95, 1, 1.1, 1.6, 1.7] as const;
const weekdayWeights = [1.1, 1.05, 1, 0.98, 0.97, 0.95, 0.95] as const;
const hourWeights = [3, 2, 2, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 7, 8, 9, 10, 9, 8, 6, 4] as const;
const yearlyGrowth = 1.35;

/** Turns a share of all orders into the moment it was reached, over days that sell unequally. */
export interface Calendar {
  /** 0 is the first moment of the span, 1 its end; monotone in between. */
  readonly timeAt: (share: number) => number;
}

/** A calendar over `days` whole UTC days that end with the day before the one of `nowMs`. */
export function createCalendar(nowMs: number, days: number): Calendar {
  const firstDay = Math.floor(nowMs / dayMs) - days;
  const dayEnds = cumulative(Array.from({ length: days }, (_, index) => dayWeight(firstDay + index, index)));
  const hourEnds = cumulative(hourWeights);
  return {
    timeAt: (share) => {
      const day = locate(dayEnds, share);
      const hour = locate(hourEnds, day.within);
      return Math.floor((firstDay + day.index) * dayMs + ((hour.index + hour.within) / 24) * dayMs);
    },
  };
}

function dayWeight(day: number, index: number): number {
  const date = new Date(day * dayMs);
  const season = (monthWeights[date.getUTCMonth()] ?? 1) * (weekdayWeights[date.getUTCDay()] ?? 1);
  return season * yearlyGrowth ** (index / 365);
}

function cumulative(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight) / total);
}

function locate(ends: readonly number[], share: number): { readonly index: number; readonly within: number } {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 1) > share) high = middle;
    else low = middle + 1;
  }
  const start = low === 0 ? 0 : (ends[low - 1] ?? 0);
  const end = ends[low] ?? 1;
  return { index: low, within: Math.min((share - start) / (end - start), 1 - 1e-9) };
}
