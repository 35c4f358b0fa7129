/** Keeps what was used last, up to a number and a sum of sizes. */
export interface BoundedMap<T> {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T, size?: number) => void;
  readonly remove: (key: string) => void;
}

export function createBoundedMap<T>(most: number, mostSize = Number.POSITIVE_INFINITY): BoundedMap<T> {
  const entries = new Map<string, { readonly value: T; readonly size: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    remove,
    get: (key) => {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      entries.set(key, found);
      return found.value;
    },
    set: (key, value, size = 0) => {
      remove(key);
      if (size > mostSize) return;
      entries.set(key, { value, size });
      total += size;
      for (const oldest of entries.keys()) {
        if (entries.size <= most && total <= mostSize) break;
        remove(oldest);
      }
    },
  };
}
