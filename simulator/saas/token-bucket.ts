/** Tokens that come back with time. Used for requests, and for query costs where an API limits those. */
export interface TokenBucket {
  /** Takes so many tokens (1 unless given): 0, or the seconds until they would be there, and then takes none. */
  readonly take: (tokens?: number) => number;
  /** What is there now. */
  readonly available: () => number;
}

/** A full bucket. `monotonicMs` is the clock's. */
export function createTokenBucket(
  rate: { readonly perSecond: number; readonly burst: number },
  monotonicMs: () => number,
): TokenBucket {
  let tokens = rate.burst;
  let filledAt = monotonicMs();
  const available = (): number => {
    const now = monotonicMs();
    tokens = Math.min(rate.burst, tokens + ((now - filledAt) / 1000) * rate.perSecond);
    filledAt = now;
    return tokens;
  };
  return {
    available,
    take: (wanted = 1) => {
      if (available() < wanted) return (wanted - tokens) / rate.perSecond;
      tokens -= wanted;
      return 0;
    },
  };
}
