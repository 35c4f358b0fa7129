import type { ModelVisit } from '../query-watch.ts';
import type { Asked, KeptAnswer } from './answer.ts';

/** An answer that may be given again, and what it takes to get it anew. */
export interface AnswerEntry {
  readonly answer: KeptAnswer;
  readonly asked: Asked;
  readonly caller: ModelVisit['caller'];
  readonly model: ModelVisit['model'];
  /** The day (UTC) on which alone it is true; undefined: as long as what it read is unchanged. */
  readonly day: string | undefined;
}

/** Answers by what was asked and by whose rights, least recently used out first. */
export interface AnswerStore {
  readonly get: (key: string) => AnswerEntry | undefined;
  readonly set: (key: string, entry: AnswerEntry) => void;
  /** The most used first; half of what they were used counts until the next time. */
  readonly mostUsed: (count: number) => readonly (readonly [key: string, entry: AnswerEntry])[];
  readonly bytes: () => number;
}

/** What an entry takes beside its text and its key. */
const overheadBytes = 600;

export function createAnswerStore(maxBytes: number): AnswerStore {
  const entries = new Map<string, { entry: AnswerEntry; hits: number; readonly size: number }>();
  let bytes = 0;
  const drop = (key: string): void => {
    bytes -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };
  return {
    get: (key) => {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      found.hits += 1;
      entries.delete(key);
      entries.set(key, found);
      return found.entry;
    },
    set: (key, entry) => {
      const hits = entries.get(key)?.hits ?? 0;
      drop(key);
      const size = 2 * key.length + entry.answer.body.length + overheadBytes;
      entries.set(key, { entry, hits, size });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
    mostUsed: (count) => {
      const used = [...entries].filter(([, { hits }]) => hits > 0).sort(([, a], [, b]) => b.hits - a.hits);
      for (const [, found] of used) found.hits = Math.floor(found.hits / 2);
      return used.slice(0, count).map(([key, { entry }]) => [key, entry] as const);
    },
    bytes: () => bytes,
  };
}
