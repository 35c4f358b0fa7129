/** A value now or later. Promises appear only where something had to wait, so the usual path stays synchronous. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with a value as soon as it is there: at once for one that is. */
export function chain<T, R>(value: Maybe<T>, use: (value: T) => Maybe<R>): Maybe<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** Maps in order, one after the other; the first that waits moves the rest behind it. */
export function mapInOrder<T, R>(items: readonly T[], map: (item: T) => Maybe<R>): Maybe<R[]> {
  const results: R[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const result = map(items[index] as T);
    if (result instanceof Promise) return mapRest(items, index, result, results, map);
    results.push(result);
  }
  return results;
}

async function mapRest<T, R>(
  items: readonly T[],
  index: number,
  waiting: Promise<R>,
  results: R[],
  map: (item: T) => Maybe<R>,
): Promise<R[]> {
  results.push(await waiting);
  for (const item of items.slice(index + 1)) results.push(await map(item));
  return results;
}

/** Runs `work` and always `after`; with an error, `refuse` says what is thrown instead. */
export function guarded<T>(
  work: () => Maybe<T>,
  after: () => void,
  refuse: (error: unknown) => Maybe<T>,
): Maybe<T> {
  let result: Maybe<T>;
  try {
    result = work();
  } catch (error) {
    after();
    return refuse(error);
  }
  if (!(result instanceof Promise)) {
    after();
    return result;
  }
  return result.then(
    (value) => {
      after();
      return value;
    },
    (error: unknown) => {
      after();
      return refuse(error);
    },
  );
}
