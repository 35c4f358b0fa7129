/** Calls that are made while another is under way are made together, in one. */
export interface BatchedCall<Item, Result> {
  (item: Item): Promise<Result>;
}

/**
 * Group commit: the first call goes at once, what comes meanwhile goes as one batch after it, so that latency is that
 * of one call and throughput that of batches. `work` resolves to one result an item, in order. Where a batch fails,
 * each of its items is tried alone: one bad item is its own failure and no other's.
 */
export function batchCalls<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  mostAtOnce: number,
): BatchedCall<Item, Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  const queue: Waiting[] = [];
  let isBusy = false;

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const results = await work(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error);
      for (const each of batch) await settle([each]);
    }
  };
  const drain = async (): Promise<void> => {
    isBusy = true;
    while (queue.length > 0) await settle(queue.splice(0, mostAtOnce));
    isBusy = false;
  };
  return async (item) =>
    await new Promise<Result>((resolve, reject) => {
      queue.push({ item, resolve, reject });
      // After this turn: what is asked for in one go goes in one batch.
      if (!isBusy) {
        isBusy = true;
        queueMicrotask(() => void drain());
      }
    });
}
