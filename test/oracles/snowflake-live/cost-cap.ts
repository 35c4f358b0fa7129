import type { Clock } from '../../../lib/clock.ts';

/** Every time that a warehouse wakes a minute is billed. */
const leastSeconds = 60;
const secondsPerHour = 3_600;

/**
 * What a warehouse may cost at most, were it awake all the time from its first statement on: the sum cannot be more,
 * however often it falls asleep.
 */
export class CostCap {
  readonly maxCredits: number;
  private readonly creditsPerHour: number;
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private beganMs: number | undefined;
  private stopped: string | undefined;

  constructor(
    { maxCredits, creditsPerHour }: { readonly maxCredits: number; readonly creditsPerHour: number },
    clock: Pick<Clock, 'monotonicMs'>,
  ) {
    this.maxCredits = maxCredits;
    this.creditsPerHour = creditsPerHour;
    this.clock = clock;
  }

  get spent(): number {
    if (this.beganMs === undefined) return 0;
    const seconds = Math.max(leastSeconds, (this.clock.monotonicMs() - this.beganMs) / 1_000);
    return (seconds * this.creditsPerHour) / secondsPerHour;
  }

  /** Why nothing more may be sent; undefined while something may. */
  get reached(): string | undefined {
    if (this.stopped !== undefined) return this.stopped;
    return this.spent < this.maxCredits ? undefined : `the cap of ${this.maxCredits} credits is reached`;
  }

  /** Nothing more may be sent from now on. */
  stop(why: string): void {
    this.stopped ??= why;
  }

  /** Before every statement; throws once it is reached. */
  mustHold(): void {
    this.beganMs ??= this.clock.monotonicMs();
    if (this.reached !== undefined) throw new Error(this.reached);
  }
}
