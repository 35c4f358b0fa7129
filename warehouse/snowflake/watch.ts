import { StatementEnd } from '../statement-end.ts';
import type { StatementOptions } from '../warehouse.ts';

/** One statement, from waiting for a session to its last row, that may be told to end. */
export interface Watch {
  /** What it fails with then. */
  readonly error: Error | undefined;
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
  readonly over: () => void;
}

export function watchOver(sql: string, options: StatementOptions = {}): Watch {
  const ended = new AbortController();
  const end = new StatementEnd(sql, options, () => ended.abort());
  return {
    get error() {
      return end.error;
    },
    signal: ended.signal,
    over: () => end.over(),
  };
}
