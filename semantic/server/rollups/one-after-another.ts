/** Work of which one turn runs at a time. */
export interface Turns {
  /** A turn that begins now or, where one runs, after it; all who ask meanwhile wait for the same. */
  readonly again: () => Promise<void>;
  /** Resolves once the turn that runs has ended, well or not. */
  readonly ended: () => Promise<void>;
}

export function oneAfterAnother(work: () => Promise<void>): Turns {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  const ended = async (): Promise<void> => {
    await Promise.allSettled([running]);
  };
  return {
    again: () => {
      if (running === undefined) return start();
      next ??= ended().then(() => {
        next = undefined;
        return start();
      });
      return next;
    },
    ended,
  };
}
