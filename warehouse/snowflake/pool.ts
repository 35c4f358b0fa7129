import type { Clock } from '../../lib/clock.ts';
import { warehouseErrors } from '../errors.ts';
import { endSession } from './link.ts';
import type { Link } from './link.ts';

export interface PoolOptions {
  readonly connect: () => Promise<Link>;
  readonly max: number;
  readonly clock: Clock;
  /** How long work waits for a session before it is told that all of them are taken. */
  readonly waitMs: number;
}

/** A session in somebody's hands; it is closed when it comes back broken. */
export interface HeldLink {
  readonly link: Link;
  readonly release: () => void;
}

/**
 * A session of Snowflake's ends by itself after four hours without use. One that was idle for this long is replaced
 * before anybody has to find out.
 */
const idleLimitMs = 30 * 60_000;

/** The most that closing waits for its last statement, and for sessions to be ended: without a network both would take minutes. */
const lastMs = 15_000;
const farewellMs = 5_000;

type Turn = { readonly link: Link } | 'may connect';

interface Waiter {
  readonly resolve: (turn: Turn) => void;
}

/** Sessions, reused, at most `max` of them; each is used by one at a time. */
export class Pool {
  private readonly options: PoolOptions;
  private readonly idle: Link[] = [];
  private readonly waiting: Waiter[] = [];
  private readonly held = new Set<Promise<void>>();
  private readonly ending = new Set<Promise<void>>();
  /** Sessions that exist or are being opened. */
  private open = 0;
  /** Nobody gets a session any more; and, later, none is kept. */
  private closed = false;
  private isOver = false;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /**
   * A session until it is released. Waits for one when all are taken, unless the signal ends that. Of those that are free
   * it is one that commits by itself or not, as asked for, if there is one: whoever has it must look.
   */
  async hold(signal?: AbortSignal, autocommits = true): Promise<HeldLink> {
    if (this.closed) throw new Error('the warehouse is closed');
    return await this.holdAnyway(signal, autocommits);
  }

  async use<T>(work: (link: Link) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return await using(await this.hold(signal), work);
  }

  /** Waits for work under way, does what is to be done last, then ends all sessions. */
  async close(last?: (use: Pool['use']) => Promise<void>): Promise<void> {
    this.closed = true;
    while (this.held.size > 0) await Promise.all(this.held);
    await this.atMost(
      lastMs,
      last?.(async (work) => await using(await this.holdAnyway(undefined, true), work)),
    );
    this.isOver = true;
    for (const link of this.idle.splice(0)) this.end(link);
    await this.atMost(farewellMs, Promise.all(this.ending));
  }

  private async atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, this.options.clock.sleep(ms, over.signal)]).finally(() => over.abort());
  }

  private async holdAnyway(signal: AbortSignal | undefined, autocommits: boolean): Promise<HeldLink> {
    let released: () => void = () => {};
    const holding = new Promise<void>((resolve) => (released = resolve));
    this.held.add(holding);
    const over = (): void => {
      this.held.delete(holding);
      released();
    };
    try {
      const link = await this.take(signal, autocommits);
      return {
        link,
        release: () => {
          if (!this.held.has(holding)) return;
          this.give(link);
          over();
        },
      };
    } catch (error) {
      over();
      throw error;
    }
  }

  private async take(signal: AbortSignal | undefined, autocommits: boolean): Promise<Link> {
    signal?.throwIfAborted();
    this.retire();
    const idle = this.takeIdle(autocommits);
    if (idle !== undefined) return idle;
    if (this.open < this.options.max) {
      this.open += 1;
    } else {
      const turn = await this.turn(signal);
      if (turn !== 'may connect') return turn.link;
    }
    try {
      return await this.options.connect();
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** To change a session over costs less than a login, but the only one would be changed to and fro. */
  private takeIdle(autocommits: boolean): Link | undefined {
    const place = this.idle.findLastIndex((link) => link.autocommits === autocommits);
    if (place >= 0) return this.idle.splice(place, 1)[0];
    return this.open === 1 && this.options.max > 1 ? undefined : this.idle.pop();
  }

  private retire(): void {
    const now = this.options.clock.monotonicMs();
    for (const link of this.idle.splice(0)) {
      if (link.connection.isUp() && now - link.usedAtMs < idleLimitMs) this.idle.push(link);
      else this.end(link);
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<Turn> {
    const { clock, waitMs } = this.options;
    const over = new AbortController();
    return new Promise<Turn>((resolve, reject) => {
      const waiter: Waiter = { resolve };
      const stop = (error: unknown): void => {
        const place = this.waiting.indexOf(waiter);
        if (place >= 0) this.waiting.splice(place, 1);
        reject(error);
      };
      this.waiting.push(waiter);
      signal?.addEventListener('abort', () => stop(signal.reason), { signal: over.signal });
      void clock.sleep(waitMs, over.signal).then(() => stop(allTaken(this.options)));
    }).finally(() => over.abort());
  }

  private give(link: Link): void {
    if (this.isOver || link.isBroken || !link.connection.isUp()) return this.end(link);
    link.usedAtMs = this.options.clock.monotonicMs();
    const waiter = this.waiting.shift();
    if (waiter === undefined) this.idle.push(link);
    else waiter.resolve({ link });
  }

  /** Its place is free at once: the end itself may take long, where the network is what broke. */
  private end(link: Link): void {
    const ended = endSession(link, this.options.clock).finally(() => this.ending.delete(ended));
    this.ending.add(ended);
    this.leave();
  }

  private leave(): void {
    const waiter = this.waiting.shift();
    if (waiter === undefined) this.open -= 1;
    else waiter.resolve('may connect');
  }
}

async function using<T>({ link, release }: HeldLink, work: (link: Link) => Promise<T>): Promise<T> {
  try {
    return await work(link);
  } finally {
    release();
  }
}

function allTaken({ max, waitMs }: PoolOptions): Error {
  return warehouseErrors.error('WAREHOUSE_UNAVAILABLE', {
    message: `all ${max} sessions with Snowflake have been in use for ${Math.round(waitMs / 1_000)} s`,
    remedy: 'Give the connection more sessions (`maxConnections`), or find out what keeps them.',
  });
}
