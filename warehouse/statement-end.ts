import { setTimeout as later } from 'node:timers';
import { warehouseErrors } from './errors.ts';
import type { StatementOptions } from './warehouse.ts';

/** Why a statement is to end before it is done. */
type Reason = 'cancelled' | 'timeout';

const codes = { cancelled: 'WAREHOUSE_CANCELLED', timeout: 'WAREHOUSE_TIMEOUT' } as const;

/**
 * Watches over one statement: calls `end` once when it is cancelled or has taken too long. `error` is then what it is to
 * fail with, whatever the engine says of having been interrupted.
 */
export class StatementEnd {
  private reason: Reason | undefined;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly signal: AbortSignal | undefined;
  private readonly onAbort = (): void => this.endFor('cancelled');
  private readonly end: () => void;
  private readonly sql: string;
  private readonly timeoutMs: number | undefined;

  constructor(sql: string, { signal, timeoutMs }: StatementOptions, end: () => void) {
    this.sql = sql;
    this.end = end;
    this.signal = signal;
    this.timeoutMs = timeoutMs;
    if (timeoutMs !== undefined) this.timer = later(() => this.endFor('timeout'), timeoutMs);
    if (signal?.aborted === true) this.endFor('cancelled');
    else signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /** What the statement fails with; undefined while nobody has ended it. */
  get error(): Error | undefined {
    if (this.reason === undefined) return undefined;
    const message =
      this.reason === 'timeout' ? `it took longer than ${this.timeoutMs} ms` : 'it was no longer wanted';
    return warehouseErrors.error(codes[this.reason], { message, where: shown(this.sql) });
  }

  /** The statement has ended by itself; nothing is called any more. */
  over(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.onAbort);
  }

  private endFor(reason: Reason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.over();
    this.end();
  }
}

/** A statement as errors quote it. */
export function shown(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim().slice(0, 160);
}
