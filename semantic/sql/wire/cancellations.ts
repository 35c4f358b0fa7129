import { randomBytes, timingSafeEqual } from 'node:crypto';

/** Somebody who may be cancelled. */
interface Entry {
  readonly key: Buffer;
  readonly cancel: () => void;
}

/** Who may be cancelled, and by whom: whoever knows the number and the key. */
export interface Cancellations {
  readonly register: (keyBytes: number, cancel: () => void) => Registered;
  readonly cancel: (processId: number, key: Buffer) => void;
}

interface Registered {
  readonly processId: number;
  readonly key: Buffer;
  readonly release: () => void;
}

const highest = 2 ** 31 - 1;

export function createCancellations(): Cancellations {
  const entries = new Map<number, Entry>();
  let last = 0;
  const nextId = (): number => {
    do last = (last % highest) + 1;
    while (entries.has(last));
    return last;
  };
  return {
    register: (keyBytes, cancel) => {
      const processId = nextId();
      const key = randomBytes(keyBytes);
      entries.set(processId, { key, cancel });
      return { processId, key, release: () => void entries.delete(processId) };
    },
    cancel: (processId, key) => {
      const entry = entries.get(processId);
      if (entry?.key.length === key.length && timingSafeEqual(entry.key, key)) entry.cancel();
    },
  };
}
