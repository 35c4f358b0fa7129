/**
 * Runs `work` for every name, each after all it depends on, up to `threads` at a time. The first error ends it: what
 * runs is awaited, nothing new is begun.
 */
export async function inDependencyOrder(
  names: readonly string[],
  dependencies: (name: string) => readonly string[],
  threads: number,
  work: (name: string, thread: number) => Promise<void>,
): Promise<void> {
  const all = new Set(names);
  const waiting = new Set(names);
  const done = new Set<string>();
  const failures: unknown[] = [];
  const isReady = (name: string): boolean =>
    dependencies(name).every((each) => !all.has(each) || done.has(each));
  const wake: Array<() => void> = [];
  const oneThread = async (thread: number): Promise<void> => {
    while (waiting.size > 0 && failures.length === 0) {
      const next = [...waiting].find(isReady);
      if (next === undefined) {
        await new Promise<void>((resolve) => wake.push(resolve));
        continue;
      }
      waiting.delete(next);
      try {
        await work(next, thread);
        done.add(next);
      } catch (error) {
        failures.push(error);
      }
      for (const resolve of wake.splice(0)) resolve();
    }
    for (const resolve of wake.splice(0)) resolve();
  };
  await Promise.all(Array.from({ length: Math.max(1, threads) }, (_, index) => oneThread(index + 1)));
  if (failures.length > 0) throw failures[0];
}
