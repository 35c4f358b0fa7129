/** Cube's contract of a cache; times are in seconds, as Cube gives them. */
interface CacheDriver {
  readonly get: (key: string) => Promise<unknown>;
  readonly set: (
    key: string,
    value: unknown,
    expirationSec: number,
  ) => Promise<{ key: string; bytes: number }>;
  readonly remove: (key: string) => Promise<void>;
  readonly keysStartingWith: (prefix: string) => Promise<string[]>;
  readonly cleanup: () => Promise<void>;
  readonly testConnection: () => Promise<void>;
  readonly withLock: (key: string, work: () => Promise<unknown>) => Promise<boolean>;
}

export interface ResultCache extends CacheDriver {
  readonly clear: () => void;
}

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * Query results in memory, least recently used out first. Cube's own memory cache has neither bound nor owner: it
 * grows until results expire a day later, and all servers of a process share it. Nothing expires here, because a
 * result is keyed by its publication and stays true for it; `clear` drops what a new publication made unreachable.
 */
export function createResultCache(
  maxBytes: number,
  onLookup: (found: boolean) => void = () => {},
): ResultCache {
  const entries = new Map<string, Entry>();
  const locks = new Set<string>();
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get: async (key) => {
      const entry = entries.get(key);
      onLookup(entry !== undefined);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set: async (key, value) => {
      const size = key.length + JSON.stringify(value).length;
      drop(key);
      entries.set(key, { value, bytes: size });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
      return { key, bytes: size };
    },
    remove: async (key) => drop(key),
    keysStartingWith: async (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)),
    cleanup: async () => {},
    testConnection: async () => {},
    withLock: async (key, work) => {
      if (locks.has(key)) return false;
      locks.add(key);
      try {
        await work();
        return true;
      } finally {
        locks.delete(key);
      }
    },
    clear: () => {
      entries.clear();
      bytes = 0;
    },
  };
}
