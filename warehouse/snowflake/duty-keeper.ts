import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { asleep, atRest, began, ended, sleepsAtMs, woken } from './duty.ts';

/** Sends one statement about the virtual warehouse. */
export type Operate = (sql: string) => Promise<void>;

export interface DutyOptions {
  /** Name of the virtual warehouse, which needs no quotes. */
  readonly warehouse: string;
  /** False where somebody else wakes it and puts it to sleep. */
  readonly isOperated: boolean;
  readonly idleMs: number;
  /** By way of any session that is free. */
  readonly operate: Operate;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Wakes the virtual warehouse before it is needed, and puts it to sleep once it is not. The decisions are duty.ts's. */
export class DutyKeeper {
  private readonly options: DutyOptions;
  private duty = atRest;
  private waking: Promise<void> | undefined;
  private suspending: Promise<void> | undefined;
  private readonly closed = new AbortController();
  /** Somebody waits for the time to put it to sleep. */
  private isPlanned = false;
  /** How often it was woken; a statement that was refused knows by it whether somebody has done something since. */
  private wakes = 0;

  constructor(options: DutyOptions) {
    this.options = options;
  }

  /** Work that needs it; awake before, and not put to sleep meanwhile. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (!this.options.isOperated) return await work();
    this.duty = began(this.duty);
    try {
      await this.suspending;
      if (this.duty.awakeSinceMs === undefined) await this.wake(this.options.operate);
      return await work();
    } finally {
      this.duty = ended(this.duty, this.options.clock.monotonicMs());
      this.plan();
    }
  }

  /**
   * Runs work again, if `isAsleep` says of its error that it was refused because another process has put the warehouse
   * to sleep. Without an `operate` of its own, any session that is free is woken by.
   */
  async again<T>(
    run: () => Promise<T>,
    isAsleep: (error: unknown) => boolean,
    operate: Operate = this.options.operate,
  ): Promise<T> {
    const seen = this.wakes;
    try {
      return await run();
    } catch (error) {
      if (!this.options.isOperated || !isAsleep(error)) throw error;
      if (this.wakes === seen) await this.wake(operate);
      this.plan();
      return await run();
    }
  }

  /** Puts it to sleep, if this process has woken it. */
  async close(operate: Operate): Promise<void> {
    this.closed.abort();
    await this.suspending;
    if (this.duty.awakeSinceMs !== undefined) await this.suspend(operate);
  }

  /** Once for all who wait for it. */
  private async wake(operate: Operate): Promise<void> {
    this.waking ??= this.resume(operate).finally(() => (this.waking = undefined));
    await this.waking;
  }

  private async resume(operate: Operate): Promise<void> {
    await operate(`alter warehouse ${this.options.warehouse} resume if suspended`);
    this.wakes += 1;
    this.duty = woken(this.duty, this.options.clock.monotonicMs());
  }

  /** One who waits for all statements: a timer for each that ends would cost more than the rest of the keeping. */
  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    void this.suspendWhenDue();
  }

  /** Until it is put to sleep, or at work: whoever ends that work plans again. */
  private async suspendWhenDue(): Promise<void> {
    const { clock, idleMs, operate } = this.options;
    while (!this.closed.signal.aborted) {
      const atMs = sleepsAtMs(this.duty, idleMs);
      const waitMs = atMs === undefined ? undefined : atMs - clock.monotonicMs();
      if (waitMs === undefined || waitMs <= 0) {
        // In the same breath as the decision: work that ends right after it must find nobody waiting.
        this.isPlanned = false;
        if (waitMs === undefined) return;
        this.suspending = this.suspend(operate).finally(() => (this.suspending = undefined));
        return;
      }
      await clock.sleep(waitMs, this.closed.signal);
    }
  }

  /** Fails for nobody: what is not put to sleep now is by its own AUTO_SUSPEND. */
  private async suspend(operate: Operate): Promise<void> {
    this.duty = asleep(this.duty);
    const { warehouse, logger } = this.options;
    try {
      await operate(`alter warehouse ${warehouse} suspend`);
    } catch (error) {
      const cause = messageOf(error);
      // Another process was quicker.
      if (/cannot be suspended|invalid state/i.test(cause)) return;
      logger.warn('the virtual warehouse could not be suspended', { warehouse, cause });
    }
  }
}
