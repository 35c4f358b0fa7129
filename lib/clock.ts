/** Time as an injected dependency: tests move it, nothing else in the platform calls Date.now(). */
export interface Clock {
  /** Wall clock, UTC. For stamps and schedules. */
  readonly now: () => Date;
  /** Milliseconds that never go backwards. For durations and timeouts. */
  readonly monotonicMs: () => number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};
