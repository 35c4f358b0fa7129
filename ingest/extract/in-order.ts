/** How items are worked on: `read` side by side, `finish` one after another in the items' order. */
export interface InOrder<Item, Value> {
  readonly limit: number;
  readonly read: (item: Item, signal: AbortSignal) => Promise<Value>;
  readonly finish: (value: Value, item: Item) => Promise<void>;
  /** Undoes what was read and will not be finished. */
  readonly discard: (value: Value) => Promise<void>;
}

/**
 * Reads ahead of what is being finished, at most `limit` items at once. After a failure nothing later is finished:
 * reads under way are stopped, what they brought is discarded, and the first failure in order is thrown.
 */
export async function inOrder<Item, Value>(
  items: readonly Item[],
  work: InOrder<Item, Value>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const reading: Array<{ readonly item: Item; readonly value: Promise<Value> }> = [];
  let next = 0;
  const readAhead = (): void => {
    while (reading.length < work.limit && next < items.length) {
      const item = items[next] as Item;
      next += 1;
      const value = work.read(item, either);
      // It is awaited in its turn; failing before that must not count as unhandled.
      value.catch(() => {});
      reading.push({ item, value });
    }
  };
  try {
    for (readAhead(); reading.length > 0; readAhead()) {
      const { item, value } = reading[0] as (typeof reading)[number];
      const done = await value;
      reading.shift();
      await work.finish(done, item);
    }
  } finally {
    stop.abort();
    await Promise.allSettled(reading.map(async ({ value }) => work.discard(await value)));
  }
}

/** Applies `work` to all items, at most `limit` at once; results in the items' order. */
export async function mapAtOnce<Item, Value>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Value>,
): Promise<Value[]> {
  const results: Value[] = [];
  const finish = async (value: Value): Promise<void> => void results.push(value);
  await inOrder(items, { limit, read: work, finish, discard: async () => {} }, signal);
  return results;
}
