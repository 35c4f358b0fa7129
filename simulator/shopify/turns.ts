/** Many may look at a thing at once; who changes it does so alone. */
export interface Turns {
  readonly look: <T>(work: () => Promise<T>) => Promise<T>;
  readonly change: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Turns of one process. A change waits for those who look already, and whoever comes later waits for the change. */
export function createTurns(): Turns {
  let lastChange: Promise<unknown> = Promise.resolve();
  const looking = new Set<Promise<unknown>>();
  return {
    look: async (work) => {
      const mine = lastChange.then(work);
      const settled = mine.catch(() => {}).finally(() => looking.delete(settled));
      looking.add(settled);
      return await mine;
    },
    change: async (work) => {
      const before = [lastChange, ...looking];
      const mine = Promise.all(before).then(work);
      lastChange = mine.catch(() => {});
      return await mine;
    },
  };
}
