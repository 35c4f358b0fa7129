/** How long a server may be silent while it works for us, before it is asked whether it still does. */
export const silenceLimitMs = 60_000;

/** Watches one session while statements run on it. */
export interface Liveness {
  /** Waits for something of the server under watch: an answer, or the next piece of one. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stop: () => void;
}

/**
 * A line that swallows everything looks like a server that thinks for long: TCP notices neither, and PostgreSQL sends
 * nothing while it decodes. So silence alone ends nothing; it makes us ask, on another session, whether the server still
 * works on our statement. No answer, or one that says no, ends the session, so that the statement fails and is tried again.
 */
export function watchLiveness(options: {
  readonly limitMs: number;
  /** Asks on another session; false or an error: nobody works for us any more. */
  readonly isAtWork: () => Promise<boolean>;
  readonly end: () => void;
  readonly now: () => number;
}): Liveness {
  const { limitMs, isAtWork, end, now } = options;
  let heardAt = now();
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    if (running === 0 || now() - heardAt < limitMs) return;
    const asked = now();
    const isAlive = await isAtWork().catch(() => false);
    // It may have spoken, or ended, while we asked.
    if (running === 0 || heardAt > asked) return;
    if (isAlive) heardAt = now();
    else end();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    during: async (work) => {
      heardAt = now();
      running += 1;
      timer ??= setInterval(() => void look(), Math.max(10, limitMs / 4)).unref();
      try {
        return await work();
      } finally {
        running -= 1;
        if (running === 0) stop();
      }
    },
    stop,
  };
}
