import type { Clock } from '../../lib/clock.ts';
import { shown } from '../statement-end.ts';
import { snowflakeErrors } from './errors.ts';

/** Snowflake rolls back what has been idle for five minutes in somebody's way. */
const bearableMs = 240_000;

/**
 * When a transaction was last heard of. By two clocks: one goes on while the machine sleeps, and the other is never set
 * back.
 */
export class Pulse {
  private readonly clock: Clock;
  private wallMs = 0;
  private monotonicMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.beat();
  }

  beat(): void {
    this.wallMs = this.clock.now().getTime();
    this.monotonicMs = this.clock.monotonicMs();
  }

  /** True while Snowflake cannot have ended the transaction for being idle. */
  get beats(): boolean {
    return this.idleMs < bearableMs;
  }

  /** Ahead of each statement: what has been idle for so long may be gone. */
  mustBeat(sql: string): void {
    if (this.beats) return;
    const idleSec = Math.round(this.idleMs / 1_000);
    throw transactionEnded(`nothing was sent for ${idleSec} s, after which Snowflake may have ended it`, sql);
  }

  private get idleMs(): number {
    return Math.max(this.clock.now().getTime() - this.wallMs, this.clock.monotonicMs() - this.monotonicMs);
  }
}

export function transactionEnded(message: string, sql: string): Error {
  return snowflakeErrors.error('WAREHOUSE_TRANSACTION_ENDED', { message, where: shown(sql) });
}
