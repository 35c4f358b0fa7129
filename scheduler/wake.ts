/** Something to run again and again, never twice at once. */
export interface Coalesced {
  /** Runs the work now, or once more after the run that is under way. Resolves when that run has ended. */
  readonly run: () => Promise<void>;
}

/** Any number of calls while the work runs lead to one more run: a run that begins later sees all they wanted seen. */
export function coalesce(work: () => Promise<void>): Coalesced {
  let active: Promise<void> | undefined;
  let pending: Promise<void> | undefined;
  const run = (): Promise<void> => {
    if (active === undefined) {
      active = work().finally(() => {
        active = undefined;
      });
      return active;
    }
    pending ??= active
      .catch(() => {})
      .then(() => {
        pending = undefined;
        return run();
      });
    return pending;
  };
  return { run };
}

/** A bell: who waits hears the next ring. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, or when the signal aborts. */
  readonly next: (signal: AbortSignal) => Promise<void>;
}

/** Creates a bell. A ring is not kept: register with `next` before you look at the state you wait on. */
export function createBell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring: () => {
      // A listener removes itself, which a Set allows while it is walked.
      for (const listener of listeners) listener();
    },
    next: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const done = (): void => {
          listeners.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        listeners.add(done);
        signal.addEventListener('abort', done);
      }),
  };
}
